"""What people fill in to connect an account and to send a message."""

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django import forms
from django.core.exceptions import ValidationError

from designer.message import checks

from . import numbers
from .client import KEY
from .models import Connection, ConnectionQuerySet
from .numbers import Number, NumberError

SHORTEST_KEY = 8
ENDPOINT = "/messages/interactive"


class ConnectionForm(forms.ModelForm[Connection]):
    """A connection's name, address and key. The key goes in and is never shown again."""

    base_url = forms.URLField(
        label="Base URL",
        max_length=300,
        assume_scheme="https",
        widget=forms.TextInput(
            attrs={"inputmode": "url", "placeholder": "https://your-domain.com/api/v1/external"}
        ),
        help_text="The API’s address, up to and including “/external”.",
    )
    # Not the model's own field: cleaning that one would, for a moment, keep every other thread from
    # decrypting keys.
    key = forms.CharField(
        label="API key",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "placeholder": "pk_live_…"}),
        help_text="It needs the permission “send_text”. It is kept encrypted.",
    )

    class Meta:
        model = Connection
        fields = ["name", "base_url"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["placeholder"] = "Shop in India"
        if self.instance.usable_key:
            key = self.fields["key"]
            key.required = False
            key.widget.attrs["placeholder"] = self.instance.key_hint
            key.help_text = "Leave it blank to keep the key that ends like this."

    def clean_base_url(self) -> str:
        url = str(self.cleaned_data["base_url"]).partition(ENDPOINT)[0].rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValidationError("Begin with https:// and the server’s name.")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValidationError("Only the address: no user name, “?” or “#” in it.")
        if parts.scheme == "http" and not _stays_on_this_machine(parts):
            raise ValidationError("Use https://: over http:// others could read the key.")
        return url

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if key and not KEY.fullmatch(key):
            raise ValidationError("A key has only letters, digits and signs, no spaces.")
        if key and len(key) < SHORTEST_KEY:
            raise ValidationError("This is too short to be a whole key.")
        return key

    def clean(self) -> dict[str, Any]:
        """A stored key must not be taken to another server by whoever doesn't know it."""
        data: dict[str, Any] = super().clean() or {}
        moved = "base_url" in data and _server(data["base_url"]) != _server(self.initial_url)
        if self.instance.usable_key and moved and not data.get("key") and "key" in data:
            self.add_error("key", "Enter the key again: the address is another server’s.")
        return data

    @property
    def initial_url(self) -> str:
        return str(self.initial.get("base_url", ""))

    def save(self, commit: bool = True) -> Connection:
        if key := self.cleaned_data["key"]:
            self.instance.api_key = key
        return super().save(commit)


def _server(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _stays_on_this_machine(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class SendForm(forms.Form):
    """To whom, through what, and a value for each variable; `variables` maps names to samples."""

    to = forms.CharField(
        label="Phone number",
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "autocomplete": "off",
                "list": "saved-numbers",
                "placeholder": "+91 98765 43210",
                "autofocus": True,
            }
        ),
        error_messages={"required": "Enter the phone number to send to."},
    )
    reference = forms.CharField(
        label="Reference",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Your own order or tracking number. It travels with the message, unseen.",
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        connections: ConnectionQuerySet,
        variables: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["connection"] = forms.ModelChoiceField(
            label="Connection", queryset=connections, empty_label=None
        )
        self.order_fields(["to", "connection"])
        self.connections = connections
        self.variables = list(variables)
        for name, sample in variables.items():
            self.fields[f"var.{name}"] = self._variable(name, sample)

    @staticmethod
    def _variable(name: str, sample: str) -> forms.CharField:
        widget = forms.Textarea(attrs={"rows": 2}) if "\n" in sample else forms.TextInput()
        widget.attrs |= {"autocomplete": "off", "dir": "auto"}
        return forms.CharField(
            label=name,
            initial=sample,
            strip=False,
            widget=widget,
            error_messages={"required": f"Enter a value for {name}."},
        )

    @property
    def variable_fields(self) -> list[forms.BoundField]:
        return [self[f"var.{name}"] for name in self.variables]

    @property
    def values(self) -> dict[str, str]:
        """The variables' values as they stand in the form; what is empty is left out."""
        values = {name: self[f"var.{name}"].value() for name in self.variables}
        return {name: value for name, value in values.items() if value}

    @property
    def typed(self) -> str:
        """The phone number as it stands in the form."""
        return str(self["to"].value() or "")

    @property
    def number(self) -> Number | None:
        """The phone number read, or None while it can't be."""
        try:
            return numbers.read(self.typed)
        except NumberError:
            return None

    def clean_to(self) -> str:
        try:
            return numbers.read(self.cleaned_data["to"]).e164
        except NumberError as problem:
            raise ValidationError(str(problem)) from problem

    def clean_reference(self) -> str:
        reference = str(self.cleaned_data["reference"])
        for problem in checks.check_reference(reference):
            if problem.level == "error":
                raise ValidationError(problem.text)
        return reference

    def focus_first_error(self) -> None:
        """Put the cursor into the first field that has to be looked at again."""
        del self.fields["to"].widget.attrs["autofocus"]
        for name in self.fields:
            if name in self.errors:
                self.fields[name].widget.attrs["autofocus"] = True
                return
