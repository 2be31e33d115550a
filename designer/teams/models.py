"""Who: people, their teams, and what they may do there."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.dispatch import Signal
from django.urls import reverse
from django.utils import timezone

LINK_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(days=7)

# Sent with `team` and `person` (its admin), in the transaction that made the team.
team_founded = Signal()


class LastAdminError(Exception):
    """A team would be left without an admin."""


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


class WrongSignIn(models.Model):
    """A try to sign in that was wrong, whether there is such a person or not."""

    MOST: ClassVar[int] = 10
    WINDOW: ClassVar[timedelta] = timedelta(minutes=15)

    email = models.CharField(max_length=254, db_index=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.email

    @classmethod
    def were_too_many(cls, email: str) -> bool:
        """Whether so many were wrong within the window that no password is looked at any more."""
        since = timezone.now() - cls.WINDOW
        return cls.objects.filter(email=email, at__gt=since).count() >= cls.MOST

    @classmethod
    def note(cls, email: str) -> None:
        """Count one more, and forget what no longer counts."""
        cls.objects.filter(at__lte=timezone.now() - cls.WINDOW).delete()
        cls.objects.create(email=email)


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

    @classmethod
    def found(cls, name: str, person: User) -> Self:
        """Make a team with that person as its admin."""
        with transaction.atomic():
            team = cls.objects.create(name=name)
            Membership.objects.create(team=team, user=person, role=Role.ADMIN)
            team_founded.send(cls, team=team, person=person)
        return team


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

    def give(self, role: Role) -> None:
        """Make it another role. Raises LastAdminError."""
        with transaction.atomic():
            if role != Role.ADMIN:
                self._spare_the_last_admin()
            Membership.objects.filter(pk=self.pk).update(role=role)
        self.role = role

    def end(self) -> None:
        """Take the person out of the team; what they made stays. Raises LastAdminError."""
        with transaction.atomic():
            self._spare_the_last_admin()
            self.delete()

    def _spare_the_last_admin(self) -> None:
        # Two admins who take each other out at once wait for one another here.
        Team.objects.select_for_update().get(pk=self.team_id)
        admins = Membership.objects.filter(team=self.team_id, role=Role.ADMIN)
        if list(admins.values_list("pk", flat=True)) == [self.pk]:
            raise LastAdminError


class SecretLink(models.Model):
    """A link that works once, for a while. Only a hash of its secret is kept."""

    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def hash(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def fresh(cls) -> models.QuerySet[Self]:
        """The links that still work."""
        # `objects` is there once the class is no abstract one.
        rows: models.QuerySet[Self] = cls._default_manager.filter(
            used_at=None, expires_at__gt=timezone.now()
        )
        return rows

    def use(self) -> bool:
        """Spend it. False if that is too late: of two people at once only one gets in."""
        return bool(type(self).fresh().filter(pk=self.pk).update(used_at=timezone.now()))


class LoginLink(SecretLink):
    """A link that signs one person in, once, within the hour."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="login_links")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    def __str__(self) -> str:
        return f"link for {self.user} until {self.expires_at:%F %T}"

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
        """The person a link stands for, or None if it is unknown, used or expired."""
        known = cls.fresh().filter(secret_hash=cls.hash(secret), user__is_active=True)
        link = known.select_related("user").first()
        return link.user if link and link.use() else None


class Invitation(SecretLink):
    """A link by which one person, whoever that is, joins a team, within a week."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.EDITOR)
    # Whom it is meant for, as the one who made it calls them.
    note = models.CharField(max_length=80, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"invitation to {self.team}: {self.role}"

    @classmethod
    def issue(cls, team: Team, role: Role, *, person: User, note: str = "") -> str:
        """Make an invitation and return its secret."""
        secret = secrets.token_urlsafe(24)
        cls.objects.create(
            team=team,
            role=role,
            note=note,
            made_by=person,
            secret_hash=cls.hash(secret),
            expires_at=timezone.now() + INVITATION_LIFETIME,
        )
        return secret

    @classmethod
    def find(cls, secret: str) -> Self | None:
        """The invitation of that secret, if it still works."""
        known = cls.fresh().filter(secret_hash=cls.hash(secret))
        return known.select_related("team", "made_by").first()

    def accept(self, person: User) -> bool:
        """Let a person into the team; False if the invitation has been used or ended meanwhile."""
        with transaction.atomic():
            if not self.use():
                return False
            Membership.objects.get_or_create(
                team=self.team, user=person, defaults={"role": self.role}
            )
        return True

    @staticmethod
    def path(secret: str) -> str:
        return reverse("join", args=[secret])
