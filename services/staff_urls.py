"""The ground floor's staff pages."""

from django.urls import path

from services import staff_views

urlpatterns = [
    path("", staff_views.today, name="staff_today"),
]
