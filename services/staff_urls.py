"""The ground floor's staff pages."""

from django.urls import path

from services.staff_views import documents, people

urlpatterns = [
    path("", people.today, name="staff_today"),
    path("services/documents/<str:token>", documents.document, name="staff_document"),
]
