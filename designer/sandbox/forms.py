"""What a person types on the phone and on the page of keys."""

import random
import re
from typing import Any
from urllib.parse import urlsplit

import httpx
from django import forms
from django.core.exceptions import ValidationError

from .contract import E164
from .models import Account

LONGEST_TEXT = 4096


def a_customer() -> str:
    """A number to start a chat with, from the block that Ofcom keeps for films."""
    return f"+447700900{random.randrange(1000):03}"  # noqa: S311


def web_address(value: str) -> None:
    """Any http or https address with a host: a key's replies may go wherever its team says."""
    try:
        url, host = httpx.URL(value), urlsplit(value).hostname
    except (httpx.InvalidURL, ValueError):
        url, host = httpx.URL(), None
    if url.scheme not in ("http", "https") or not host:
        raise ValidationError("Give a whole address that starts with https:// or http://.")


class TextForm(forms.Form):
    """What the customer writes."""

    text = forms.CharField(label="Message", max_length=LONGEST_TEXT)


class StartForm(TextForm):
    """A chat that the customer begins."""

    number = forms.CharField(
        label="Customer’s number",
        max_length=40,
        initial=a_customer,
        help_text="Any number will do: nothing leaves this site. The one given belongs to nobody.",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    account = forms.ModelChoiceField(Account.objects.none(), label="Writes to", empty_label=None)
    field_order = ["number", "account", "text"]

    def __init__(self, owner: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = Account.objects.of(owner)
        account = self.fields["account"]
        assert isinstance(account, forms.ModelChoiceField)
        account.queryset = accounts
        account.initial = accounts.first()
        if len(accounts) == 1:
            account.widget = forms.HiddenInput()
        self.fields["text"].initial = "Hi!"

    def clean_number(self) -> str:
        number = re.sub(r"[\s().-]", "", self.cleaned_data["number"])
        if not E164.fullmatch(number):
            raise ValidationError("Start with + and the country code, as in +919876543210.")
        return number


class WebhookField(forms.CharField):
    """An address for replies, or nothing."""

    default_validators = [web_address]


class KeyForm(forms.ModelForm[Account]):
    """What can be changed on a key that is there: not its name, which others know it by.

    The webhook address is there only for those who may see it.
    """

    webhook_url = WebhookField(
        label="Webhook address",
        max_length=500,
        required=False,
        help_text="What customers tap and write on the phone is posted there.",
        widget=forms.URLInput(attrs={"class": "input mono", "placeholder": "https://…"}),
    )

    class Meta:
        model = Account
        fields = ["webhook_url", "can_send"]
        labels = {"can_send": "May send messages"}
        help_texts = {"can_send": "The permission send_text. Without it the API answers 403."}

    def __init__(self, *args: Any, with_address: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_address:
            del self.fields["webhook_url"]


class NewKeyForm(KeyForm):
    """One more key, under a name that the owner has not used yet."""

    class Meta(KeyForm.Meta):
        fields = ["name", "webhook_url"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Account.objects.of(self.instance.owner).filter(name=name).exists():
            raise ValidationError("There is a key of that name already.")
        return name
