"""The ground floor's staff pages."""

from django.urls import path

from services.staff_views import people

urlpatterns = [
    path("", people.today, name="staff_today"),
]
