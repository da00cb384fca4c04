"""The project as a Django application: loads the Celery app and owns the commands that know every room."""

from django import forms
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "gimje_portal"
    verbose_name = "김제시 생활행정"

    def ready(self) -> None:
        # Not in gimje_portal/__init__.py: the launcher imports the package before Celery is installed.
        import gimje_portal.checks  # noqa: F401 (registers itself)
        from gimje_portal.celery import app

        app.set_default()
        # Django's own sentence says "필수 항목" and nothing about what to do; a form may still say it better.
        forms.Field.default_error_messages["required"] = _("이 칸이 비어 있습니다. 적거나 골라 주세요.")
