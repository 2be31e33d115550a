from django.apps import AppConfig
from django.conf import settings


class SetupConfig(AppConfig):
    name = "designer.setup"

    def ready(self) -> None:
        if settings.SANDBOX:
            from designer.sending.models import hook_renewed

            from .sandbox import follow

            hook_renewed.connect(follow)
