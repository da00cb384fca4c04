"""The room as a Django application."""

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = "세금·법률 무료 상담"
