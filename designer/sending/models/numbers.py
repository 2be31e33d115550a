"""The numbers that a team tries its messages on."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from designer.teams.models import Team


class TestNumberQuerySet(models.QuerySet["TestNumber"]):
    def named_first(self) -> Self:
        """Those with a name, then those that were only sent to; of each the last used first."""
        named = self.annotate(is_named=~Q(name=""))
        return named.order_by("-is_named", "-used_at", "-pk")


class TestNumber(models.Model):
    """A number that the team saved under a name, or only sent a test to: then it has none."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="test_numbers")
    number = PhoneNumberField()
    name = models.CharField(max_length=80, blank=True)
    used_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TestNumberQuerySet] = TestNumberQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-used_at"]
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="one_number_a_team")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}".strip()
