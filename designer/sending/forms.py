"""What people fill in to connect an account and to send a message."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from designer.message import checks
from designer.message.formats import coext
from designer.message.storable import storable
from designer.teams.asked import number
from designer.teams.models import Team

from . import numbers
from .client import KEY
from .models import SIGNATURE_HEADER, Connection, ConnectionQuerySet, TestNumber
from .numbers import Number, NumberError
from .outbox import MOST_AT_ONCE

SHORTEST_KEY = 8
SHORTEST_SECRET = 16
# Without “_”, which servers on the way drop or take for “-”.
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class ConnectionForm(forms.ModelForm[Connection]):
    """A connection's name, address and key, and what its replies must be signed with.

    The key and the secret go in and are never shown again.
    """

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
    signature_header = forms.CharField(
        label="Header",
        max_length=80,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": SIGNATURE_HEADER}
        ),
        help_text="The one that carries the signature.",
    )
    secret = forms.CharField(
        label="Secret",
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="The one your proxy signs with. It is kept encrypted.",
    )
    unsigned = forms.BooleanField(label="Take replies without a signature again", required=False)

    class Meta:
        model = Connection
        fields = ["name", "base_url", "signature_header"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["placeholder"] = "Shop in India"
        if self.instance.usable_key:
            key = self.fields["key"]
            key.required = False
            key.widget.attrs["placeholder"] = self.instance.key_hint
            key.help_text = "Leave it blank to keep the key that ends like this."
        if self.instance.signature_key:
            self.fields["secret"].help_text = "It is set. Leave it blank to keep it."
        if not self.instance.asks_for_signature:
            del self.fields["unsigned"]

    @property
    def account_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "base_url", "key")]

    @property
    def signature_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("signature_header", "secret")]

    @property
    def shows_signature(self) -> bool:
        """Whether these fields are unfolded from the start: a secret is set, or one is wrong."""
        wrong = any(field.errors for field in self.signature_fields)
        return wrong or self.instance.asks_for_signature

    def clean_base_url(self) -> str:
        url = str(self.cleaned_data["base_url"]).partition(coext.ENDPOINT)[0].rstrip("/")
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

    def clean_signature_header(self) -> str:
        name = str(self.cleaned_data["signature_header"]) or SIGNATURE_HEADER
        if not HEADER.fullmatch(name):
            raise ValidationError("A header’s name has only letters, digits and “-”.")
        return name

    def clean_secret(self) -> str:
        secret = str(self.cleaned_data["secret"])
        if secret and len(secret) < SHORTEST_SECRET:
            raise ValidationError(f"Use at least {SHORTEST_SECRET} characters, made at random.")
        return secret

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
        """Save what the form is about and no more: the rest may have changed meanwhile."""
        changes: dict[str, Any] = {}
        if key := self.cleaned_data["key"]:
            changes["api_key"] = key
        if key or self.instance.base_url != self.initial_url:
            # What was learned of one account's limit says nothing of another's.
            changes |= dict.fromkeys(("rate_limit", "rate_remaining", "rate_resets_at"))
        if secret := self.cleaned_data["secret"]:
            changes["signature_secret"] = secret
        elif self.cleaned_data.get("unsigned"):
            changes |= {"signature_secret": None, "refused_count": 0, "refused_at": None}
        for name, value in changes.items():
            setattr(self.instance, name, value)
        if commit and self.instance.pk:
            self.instance.save(update_fields=[*self.Meta.fields, *changes])
            return self.instance
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


class SeveralField(forms.ModelMultipleChoiceField[TestNumber]):
    """Saved numbers; an id beyond any database's integers is none of theirs."""

    def clean(self, value: Any) -> Any:
        return super().clean([one if number(str(one)) else "0" for one in value or []])


class ConnectionSelect(forms.Select):
    """Connections, of which the page can tell the sandbox."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value.instance.is_sandbox:
            option["attrs"]["data-sandbox"] = True
        return option


class SendForm(forms.Form):
    """To whom, through what, and a value for each variable; `variables` maps names to samples.

    To a number that is typed, to saved ones that are ticked, or to both.
    """

    to = forms.CharField(
        label="Phone number",
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "autocomplete": "off",
                "list": "saved-numbers",
                "placeholder": "+91 98765 43210",
            }
        ),
        error_messages={"required": "Enter the phone number to send to."},
    )
    reference = forms.CharField(
        label="Reference",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Your own order or tracking number. It travels with the message, unseen. "
        "Left empty, one is made up.",
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        connections: ConnectionQuerySet,
        saved: QuerySet[TestNumber],
        variables: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["several"] = SeveralField(
            queryset=saved,
            required=False,
            error_messages={"invalid_choice": "A number was removed meanwhile. Choose again."},
        )
        self.fields["to"].required = not self.ticked
        self.fields["connection"] = forms.ModelChoiceField(
            label="Connection", queryset=connections, empty_label=None, widget=ConnectionSelect
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
    def asked_reference(self) -> str:
        """The reference as it stands in the form."""
        return storable(str(self["reference"].value() or ""), " ").strip()

    @property
    def ticked(self) -> set[str]:
        """The saved numbers that are ticked, by their ids."""
        return {str(pk) for pk in self["several"].value() or ()}

    @property
    def recipients(self) -> list[str]:
        """All numbers that can be read, each once, in E.164: the typed one, then the ticked."""
        found = [self.number.e164] if self.number else []
        if self.is_bound:
            self.is_valid()  # What is ticked is known only then.
            found += [str(saved.number) for saved in self.cleaned_data.get("several", ())]
        return list(dict.fromkeys(found))

    @property
    def number(self) -> Number | None:
        """The phone number read, or None while it can't be."""
        try:
            return numbers.read(self.typed)
        except NumberError:
            return None

    def clean_to(self) -> str:
        typed = str(self.cleaned_data["to"])
        try:
            return numbers.read(typed).e164 if typed else ""
        except NumberError as problem:
            raise ValidationError(str(problem)) from problem

    def clean_reference(self) -> str:
        reference = str(self.cleaned_data["reference"])
        for problem in checks.check_reference(reference):
            if problem.level == "error":
                raise ValidationError(problem.text)
        return reference

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        count = len({data.get("to"), *(str(one.number) for one in data.get("several", ()))} - {""})
        if count > MOST_AT_ONCE:
            self.add_error("several", f"At most {MOST_AT_ONCE} at once; these are {count}.")
        return data

    def focus(self, name: str) -> None:
        """Let the page open with the cursor in that field."""
        self.fields[name].widget.attrs["autofocus"] = True

    def focus_first_error(self) -> None:
        """Put the cursor into the first field that has to be looked at again, if there is one."""
        for name in self.fields:
            if name in self.errors:
                return self.focus(name)


class NewNumberForm(forms.Form):
    """A test number, to be ticked in the send panel."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Asha’s phone"}),
    )
    number = forms.CharField(
        label="Phone number",
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "off", "placeholder": "+91 98765 43210"}
        ),
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_number(self) -> str:
        """One that is there without a name, because it was sent to, gets its name here."""
        try:
            number = numbers.read(self.cleaned_data["number"]).e164
        except NumberError as problem:
            raise ValidationError(str(problem)) from problem
        named = TestNumber.objects.filter(team=self.team, number=number).exclude(name="").first()
        if named:
            raise ValidationError(f"This number is there already, as “{named.name}”.")
        return number

    def save(self) -> TestNumber:
        number, _ = TestNumber.objects.update_or_create(
            team=self.team,
            number=self.cleaned_data["number"],
            defaults={"name": self.cleaned_data["name"]},
        )
        return number


class NumberForm(forms.ModelForm[TestNumber]):
    """A test number's name."""

    class Meta:
        model = TestNumber
        fields = ["name"]
