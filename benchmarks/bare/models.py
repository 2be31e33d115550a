from django.db import models
from django.utils import timezone


class Row(models.Model):
    """No index, no relation."""

    received_at = models.DateTimeField(default=timezone.now)
    body = models.BinaryField()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return f"row {self.pk}"
