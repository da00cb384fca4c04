"""The ground floor's staff pages."""

from django.urls import path

from services.staff_views import calendar, catalogue, documents, first_steps, notices, operations, people, tables

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
    path("services/first-steps/", first_steps.first_steps, name="staff_first_steps"),
    path("services/operations/", operations.operations, name="staff_operations"),
    path("services/tables/", tables.tables, name="staff_tables"),
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
    path("services/proposals/<int:pk>/", people.proposal, name="staff_proposal"),
    path("services/notices/", notices.notices, name="staff_notices"),
    path("services/notices/retry/", notices.notices_retry, name="staff_notices_retry"),
    path("services/notices/calls/", notices.calls, name="staff_calls"),
    path("services/notices/calls/print/", notices.calls_print, name="staff_calls_print"),
    path("services/notices/calls/<int:pk>/", notices.call, name="staff_call"),
    path("services/notices/letters/", notices.letters, name="staff_letters"),
    path("services/notices/letters/print/", notices.letters_print, name="staff_letters_print"),
    path("services/notices/letters/posted/", notices.letters_posted, name="staff_letters_posted"),
    path("services/notices/<int:pk>/", notices.notice, name="staff_notice"),
    path("services/documents/<str:token>", documents.document, name="staff_document"),
]
