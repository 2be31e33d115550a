from django.apps import AppConfig


class SendingConfig(AppConfig):
    name = "designer.sending"
