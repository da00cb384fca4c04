"""Citizens' pages and API paths; staff paths are included."""

from django.urls import URLPattern, URLResolver, include, path

from consultations.views import booking, enquiries, mine, waiting

app_name = "consultations"
urlpatterns: list[URLPattern | URLResolver] = [
    path("consultations/", booking.start, name="start"),
    path("consultations/book/kind", booking.booking_kind, name="booking_kind"),
    path("consultations/book/elsewhere", booking.booking_elsewhere, name="booking_elsewhere"),
    path("consultations/book/topic", booking.booking_topic, name="booking_topic"),
    path("consultations/book/place", booking.booking_place, name="booking_place"),
    path("consultations/book/time", booking.booking_time, name="booking_time"),
    path("consultations/book/contact", booking.booking_contact, name="booking_contact"),
    path("consultations/book/question", booking.booking_question, name="booking_question"),
    path("consultations/book/consents", booking.booking_consents, name="booking_consents"),
    path("consultations/book/check", booking.booking_check, name="booking_check"),
    path("consultations/book/done", booking.booking_done, name="booking_done"),
    path("consultations/bookings/<slug:reference>/", mine.booking, name="booking"),
    path("consultations/bookings/<slug:reference>/cancel", mine.booking_cancel, name="booking_cancel"),
    path("consultations/bookings/<slug:reference>/move", mine.booking_move, name="booking_move"),
    path("consultations/bookings/<slug:reference>/survey", mine.booking_survey, name="booking_survey"),
    path("consultations/bookings/<slug:reference>/calendar.ics", mine.booking_calendar, name="booking_calendar"),
    path("consultations/ask/", enquiries.enquiry_start, name="enquiry_start"),
    path("consultations/ask/kind", enquiries.enquiry_kind, name="enquiry_kind"),
    path("consultations/ask/topic", enquiries.enquiry_topic, name="enquiry_topic"),
    path("consultations/ask/question", enquiries.enquiry_question, name="enquiry_question"),
    path("consultations/ask/papers", enquiries.enquiry_papers, name="enquiry_papers"),
    path("consultations/ask/papers/<int:pk>/remove", enquiries.enquiry_paper_remove, name="enquiry_paper_remove"),
    path("consultations/ask/answer-by", enquiries.enquiry_answer_by, name="enquiry_answer_by"),
    path("consultations/ask/contact", enquiries.enquiry_contact, name="enquiry_contact"),
    path("consultations/ask/consents", enquiries.enquiry_consents, name="enquiry_consents"),
    path("consultations/ask/check", enquiries.enquiry_check, name="enquiry_check"),
    path("consultations/ask/done", enquiries.enquiry_done, name="enquiry_done"),
    path("consultations/enquiries/<slug:reference>/", enquiries.enquiry, name="enquiry"),
    path("consultations/book/wait", waiting.waiting_new, name="waiting_new"),
    path("consultations/waiting/<slug:reference>/", waiting.waiting, name="waiting"),
    path("consultations/waiting/<slug:reference>/act", waiting.waiting_act, name="waiting_act"),
    path("staff/consultations/", include("consultations.staff_urls")),
]
