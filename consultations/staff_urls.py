"""Staff paths."""

from django.urls import URLPattern, path

from consultations.staff_views import bookings, clinic_days

urlpatterns: list[URLPattern] = [
    path("", bookings.bookings, name="staff_bookings"),
    path("bookings/<slug:reference>/", bookings.booking, name="staff_booking"),
    path("bookings/<slug:reference>/act", bookings.booking_act, name="staff_booking_act"),
    path("counter", bookings.counter, name="staff_counter"),
    path("days/", clinic_days.clinic_days, name="staff_clinic_days"),
    path("days/make", clinic_days.clinic_days_make, name="staff_clinic_days_make"),
    path("days/<int:day_id>/", clinic_days.clinic_day, name="staff_clinic_day"),
    path("days/<int:day_id>/act", clinic_days.clinic_day_act, name="staff_clinic_day_act"),
    path("days/<int:day_id>/cancel", clinic_days.clinic_day_cancel, name="staff_clinic_day_cancel"),
    path("days/<int:day_id>/board", bookings.day_board, name="staff_day_board"),
]
