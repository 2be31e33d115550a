from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from . import views
from .forms import SignInForm

urlpatterns = [
    path("enter/<str:secret>/", views.enter, name="enter"),
    path(
        "sign-in/",
        LoginView.as_view(
            template_name="teams/sign_in.html",
            authentication_form=SignInForm,
            redirect_authenticated_user=True,
        ),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("account/", views.account, name="account"),
    path("teams/switch/", views.switch_team, name="switch-team"),
    path("health/", views.health, name="health"),
]
