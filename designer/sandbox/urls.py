from django.urls import URLPattern, path, re_path, register_converter

from . import api, contract, keys, phone

API = api.ROOT.removeprefix("/")


class CustomerConverter:
    """A customer's number, as in /phone/+919876543210/."""

    regex = contract.E164.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CustomerConverter, "customer")

urlpatterns: list[URLPattern] = [
    path(f"{API}/messages/interactive/list", api.send, {"kind": "list"}, name="sandbox-list"),
    path(f"{API}/messages/interactive/button", api.send, {"kind": "button"}, name="sandbox-button"),
    re_path(f"^{API}(?:/|$)", api.not_found),
    path("phone/", phone.home, name="phone"),
    path("phone/chats/", phone.chats, name="phone-chats"),
    path("phone/new/", phone.start, name="phone-new"),
    path("phone/keys/", keys.keys, name="phone-keys"),
    path("phone/keys/<int:pk>/", keys.key, name="phone-key"),
    path("phone/<customer:customer>/", phone.chat, name="phone-chat"),
    path("phone/<customer:customer>/after/<int:after>/", phone.news, name="phone-news"),
    path("phone/<customer:customer>/say/", phone.say, name="phone-say"),
    path("phone/<customer:customer>/<int:pk>/tap/", phone.tap, name="phone-tap"),
    path("phone/<customer:customer>/<int:pk>/webhook/", phone.webhook, name="phone-webhook"),
    path(
        "phone/<customer:customer>/<int:pk>/webhook/again/",
        phone.webhook_again,
        name="phone-webhook-again",
    ),
]
