from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

from .sqlite import take_turns


class SetupConfig(AppConfig):
    name = "designer.setup"

    def ready(self) -> None:
        from designer.teams.models import team_founded

        from .first_team import furnish

        team_founded.connect(furnish)
        connection_created.connect(take_turns)
        if settings.SANDBOX:
            from designer.sending.models import hook_renewed

            from .sandbox import follow

            hook_renewed.connect(follow)
