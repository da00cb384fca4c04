"""The project as a Django application: loads the Celery app and owns the commands that know every room."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "gimje_portal"
    verbose_name = "김제시 생활행정"

    def ready(self) -> None:
        # Not in gimje_portal/__init__.py: the launcher imports the package before Celery is installed.
        from gimje_portal.celery import app

        app.set_default()
