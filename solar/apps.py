"""The room as a Django application."""

from django.apps import AppConfig


class SolarConfig(AppConfig):
    name = "solar"
    verbose_name = "시 건물 태양광"
