from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from . import joining, members, views
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
    path("team/", members.team, name="team"),
    path("team/invitations/", members.invite, name="invite"),
    path("team/invitations/<int:pk>/withdraw/", members.withdraw, name="withdraw-invitation"),
    path("team/members/<int:pk>/", members.change_role, name="change-role"),
    path("team/members/<int:pk>/remove/", members.remove_member, name="remove-member"),
    path("team/leave/", members.leave, name="leave-team"),
    path("join/<str:secret>/", joining.join, name="join"),
    path("teams/new/", members.new_team, name="new-team"),
    path("teams/switch/", views.switch_team, name="switch-team"),
]
