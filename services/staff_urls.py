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
    path("services/people/", people.people, name="staff_people"),
    path("services/people/new/", people.person_new, name="staff_person_new"),
    path("services/people/<int:pk>/", people.person, name="staff_person"),
    path("services/people/<int:pk>/close/", people.person_close, name="staff_person_close"),
    path("services/people/<int:pk>/reopen/", people.person_reopen, name="staff_person_reopen"),
    path("services/people/<int:pk>/reset/", people.person_reset, name="staff_person_reset"),
    path("services/residents/", people.resident, name="staff_resident"),
    path("services/residents/<int:pk>/", people.resident_view, name="staff_resident_view"),
    path("services/readings/", people.readings, name="staff_readings"),
    path("services/readings.csv", people.readings_csv, name="staff_readings_csv"),
    path("services/documents/<str:token>", documents.document, name="staff_document"),
]
