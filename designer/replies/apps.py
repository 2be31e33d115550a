from django.apps import AppConfig

from . import logs


class RepliesConfig(AppConfig):
    name = "designer.replies"

    def ready(self) -> None:
        logs.install()
