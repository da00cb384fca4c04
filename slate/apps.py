"""The room as a Django application."""

from django.apps import AppConfig


class SlateConfig(AppConfig):
    name = "slate"
    verbose_name = "슬레이트 지원"
