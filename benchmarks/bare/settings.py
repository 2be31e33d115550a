"""The product's settings, with the bare view beside it."""

from designer.settings import *  # noqa: F403
from designer.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.bare"]
ROOT_URLCONF = "benchmarks.bare.urls"
