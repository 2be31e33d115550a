"""Every address of the product; each app lists its own."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from designer.setup.health import health

handler400 = "designer.setup.trouble.bad_request"
handler500 = "designer.setup.trouble.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="templates"), name="home"),
    path("health/", health, name="health"),
    path("", include("designer.teams.urls")),
    path("", include("designer.library.urls")),
    path("", include("designer.sending.urls")),
    path("", include("designer.replies.urls")),
]
if settings.SANDBOX:
    urlpatterns.append(path("", include("designer.sandbox.urls")))
