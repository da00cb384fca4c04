"""Citizens' pages and API paths; staff paths are included."""

from django.urls import URLPattern, URLResolver, include, path

from consultations.api import bookings, phones, timetable
from consultations.api import waiting as line
from consultations.views import booking, calendars, desk, enquiries, mine, waiting
from services.views.steps import paths

app_name = "consultations"
urlpatterns: list[URLPattern | URLResolver] = [
    path("consultations/", booking.start, name="start"),
    *paths(booking.BOOKING),
    path("consultations/book/elsewhere", booking.booking_elsewhere, name="booking_elsewhere"),
    path("consultations/book/done", booking.booking_done, name="booking_done"),
    path("consultations/bookings/<slug:reference>/", mine.booking, name="booking"),
    path("consultations/bookings/<slug:reference>/cancel", mine.booking_cancel, name="booking_cancel"),
    path("consultations/bookings/<slug:reference>/move", mine.booking_move, name="booking_move"),
    path("consultations/bookings/<slug:reference>/survey", mine.booking_survey, name="booking_survey"),
    path("consultations/bookings/<slug:reference>/calendar.ics", mine.booking_calendar, name="booking_calendar"),
    path("consultations/ask/", enquiries.enquiry_start, name="enquiry_start"),
    *paths(enquiries.ENQUIRY),
    path("consultations/ask/done", enquiries.enquiry_done, name="enquiry_done"),
    path("consultations/enquiries/<slug:reference>/", enquiries.enquiry, name="enquiry"),
    path("consultations/waiting/<slug:reference>/", waiting.waiting, name="waiting"),
    path("consultations/waiting/<slug:reference>/act", waiting.waiting_act, name="waiting_act"),
    path("consultations/calendar/<str:token>.ics", calendars.calendar_feed, name="calendar_feed"),
    path("api/v1/consultations/places", timetable.api_places, name="api_places"),
    path("api/v1/consultations/slots", timetable.api_slots, name="api_slots"),
    path("api/v1/consultations/waitings", line.api_waitings, name="api_waitings"),
    path("api/v1/consultations/verifications", phones.api_verifications, name="api_verifications"),
    path(
        "api/v1/consultations/verifications/<str:key>/check",
        phones.api_verification_check,
        name="api_verification_check",
    ),
    path("api/v1/consultations/bookings", bookings.api_bookings, name="api_bookings"),
    path("api/v1/consultations/bookings/<str:reference>", bookings.api_booking, name="api_booking"),
    path("api/v1/consultations/bookings/<str:reference>/move", bookings.api_booking_move, name="api_booking_move"),
    path(
        "api/v1/consultations/bookings/<str:reference>/cancel",
        bookings.api_booking_cancel,
        name="api_booking_cancel",
    ),
    path("consultations/desk/", desk.desk, name="desk"),
    path("consultations/desk/open/<str:token>/", desk.desk_open, name="desk_open"),
    path("consultations/desk/code", desk.desk_code, name="desk_code"),
    path("consultations/desk/leave", desk.desk_leave, name="desk_leave"),
    path("consultations/desk/<slug:reference>/", desk.desk_booking, name="desk_booking"),
    path("consultations/desk/<slug:reference>/result", desk.desk_result, name="desk_result"),
    path("consultations/desk/<slug:reference>/conflict", desk.desk_conflict, name="desk_conflict"),
    path("staff/consultations/", include("consultations.staff_urls")),
]
