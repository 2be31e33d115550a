"""The address by which somebody watches the server."""

from django.test import Client
from django.urls import reverse


def test_health_tells_without_signing_in(db: None) -> None:
    assert Client().get(reverse("health")).content == b"ok"
