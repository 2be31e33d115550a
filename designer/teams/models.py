"""Who: people, their teams, and what they may do there."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

LINK_LIFETIME = timedelta(hours=1)


class UserManager(BaseUserManager["User"]):
    """Makes people; an e-mail address is kept in lower case, so it signs in however it is typed."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """One or two letters that stand for the person in the top bar."""
        words = (self.name or self.email.partition("@")[0]).replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper() or "?"


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    ADMIN = "admin", "Admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do all that the other may."""
        ladder = list(Role)
        return ladder.index(self) >= ladder.index(other)


class Team(models.Model):
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.EDITOR)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="one_membership_a_team")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}: {self.role}"

    def may(self, role: Role) -> bool:
        """Whether this member may do what `role` may."""
        return Role(self.role).includes(role)


class LoginLink(models.Model):
    """A link that signs one person in, once, within the hour. Only a hash of its secret is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="login_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link for {self.user} until {self.expires_at:%F %T}"

    @staticmethod
    def hash(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User) -> str:
        """Make a link for a person and return its secret; the person's unused older ones end."""
        cls.objects.filter(user=user, used_at=None).delete()
        secret = secrets.token_urlsafe(24)
        cls.objects.create(
            user=user, secret_hash=cls.hash(secret), expires_at=timezone.now() + LINK_LIFETIME
        )
        return secret

    @classmethod
    def redeem(cls, secret: str) -> User | None:
        """The person a link stands for, or None if it is unknown, used or expired.

        The claim is one conditional UPDATE, so of two people opening it at once only one gets in.
        """
        now = timezone.now()
        fresh: models.QuerySet[Self] = cls.objects.filter(
            secret_hash=cls.hash(secret), used_at=None, expires_at__gt=now, user__is_active=True
        )
        link = fresh.select_related("user").first()
        if link is None or not fresh.update(used_at=now):
            return None
        return link.user
