"""Forms about a person."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from .models import User


class SignInForm(AuthenticationForm):
    """E-mail and password; the field is called `username` because Django's view asks for it so."""

    username = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "email"})
    )
    error_messages = {
        "invalid_login": "That e-mail and password don't match. Check both and try again.",
        "inactive": "This account has been switched off.",
    }


class AccountForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["name", "email"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
