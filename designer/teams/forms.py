"""Forms about people and teams."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from .models import Role, Team, User, WrongSignIn

ROLES = [
    (Role.VIEWER, "Viewer: looks at everything"),
    (Role.EDITOR, "Editor: designs and sends"),
    (Role.ADMIN, "Admin: connections and people too"),
]


class SignInForm(AuthenticationForm):
    """E-mail and password; the field is called `username` because Django's view asks for it so."""

    username = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "email"})
    )
    error_messages = {
        "invalid_login": "That e-mail and password don't match. Check both and try again.",
        "inactive": "This account has been switched off.",
        "too_many": "Too many wrong tries. Wait a quarter of an hour, or come in by a link.",
    }

    def clean(self) -> dict[str, Any]:
        """Nobody tries out passwords by the thousand, nor keeps the server busy with checking."""
        email = str(self.cleaned_data.get("username", "")).lower()
        if WrongSignIn.were_too_many(email):
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        try:
            data: dict[str, Any] = super().clean()
        except ValidationError:
            WrongSignIn.note(email)
            raise
        WrongSignIn.objects.filter(email=email).delete()
        return data


HELP_CHOOSING = "At least eight characters, and none that others would guess."


class PasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # Django’s own is no generic
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.help_text, second.label, second.help_text = HELP_CHOOSING, "The same again", ""


class AccountForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["name", "email"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class TeamForm(forms.ModelForm[Team]):
    class Meta:
        model = Team
        fields = ["name"]
        help_texts = {"name": "Customers don’t see it; the preview and the phone do."}


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLES)


class InvitationForm(RoleForm):
    role = forms.ChoiceField(choices=ROLES, initial=Role.EDITOR)
    note = forms.CharField(
        label="For",
        max_length=80,
        required=False,
        help_text="Only so that you can tell links apart.",
    )


class JoinForm(forms.ModelForm[User]):
    """A new account for whoever follows an invitation."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=HELP_CHOOSING,
    )

    class Meta:
        model = User
        fields = ["name", "email"]
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("There is an account with this e-mail: sign in with it.")
        return email

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if password := fields.get("password"):
            about = User(email=fields.get("email", ""), name=fields.get("name", ""))
            try:
                validate_password(password, about)
            except forms.ValidationError as problem:
                self.add_error("password", problem)
        return fields

    def save(self, commit: bool = True) -> User:
        self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)
