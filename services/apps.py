"""The ground floor as a Django application."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "생활행정 공통"
