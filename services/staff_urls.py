"""The ground floor's staff pages."""

from django.urls import path

from services.staff_views import calendar, catalogue, documents, people

urlpatterns = [
    path("", people.today, name="staff_today"),
    path("services/pages/", catalogue.service_pages, name="staff_service_pages"),
    path("services/pages/<slug:slug>/", catalogue.service_page, name="staff_service_page"),
    path("services/announcements/", catalogue.announcements, name="staff_announcements"),
    path(
        "services/announcements/<int:announcement_id>/end", catalogue.announcement_end, name="staff_announcement_end"
    ),
    path("services/holidays/", calendar.holidays, name="staff_holidays"),
    path("services/holidays/<int:holiday_id>/remove", calendar.holiday_remove, name="staff_holiday_remove"),
    path("services/documents/<str:token>", documents.document, name="staff_document"),
]
