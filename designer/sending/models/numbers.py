"""The numbers that a team tries its messages on."""

from django.db import models
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from designer.teams.models import Team


class TestNumber(models.Model):
    """A number that the team sent a test to, offered again next time."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="test_numbers")
    number = PhoneNumberField()
    name = models.CharField(max_length=80, blank=True)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-used_at"]
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="one_number_a_team")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}".strip()
