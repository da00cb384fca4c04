"""Staff paths."""

from django.urls import URLPattern, path

from consultations.staff_views import advisers, bookings, calendars, clinic_days, enquiries, reports, waitings

urlpatterns: list[URLPattern] = [
    path("", bookings.bookings, name="staff_bookings"),
    path("bookings/<slug:reference>/", bookings.booking, name="staff_booking"),
    path("bookings/<slug:reference>/act", bookings.booking_act, name="staff_booking_act"),
    path("bookings/<slug:reference>/survey", bookings.booking_survey, name="staff_booking_survey"),
    path("counter", bookings.counter, name="staff_counter"),
    path("waiting/", waitings.waitings, name="staff_waitings"),
    path("waiting/<slug:reference>/act", waitings.waiting_act, name="staff_waiting_act"),
    path("days/", clinic_days.clinic_days, name="staff_clinic_days"),
    path("days/make", clinic_days.clinic_days_make, name="staff_clinic_days_make"),
    path("days/<int:day_id>/", clinic_days.clinic_day, name="staff_clinic_day"),
    path("days/<int:day_id>/act", clinic_days.clinic_day_act, name="staff_clinic_day_act"),
    path("days/<int:day_id>/cancel", clinic_days.clinic_day_cancel, name="staff_clinic_day_cancel"),
    path("days/<int:day_id>/board", bookings.day_board, name="staff_day_board"),
    path("days/<int:day_id>/sheet", bookings.day_sheet, name="staff_day_sheet"),
    path("enquiries/", enquiries.enquiries, name="staff_enquiries"),
    path("enquiries/new", enquiries.enquiry_new, name="staff_enquiry_new"),
    path("enquiries/<slug:reference>/", enquiries.enquiry, name="staff_enquiry"),
    path("enquiries/<slug:reference>/assign", enquiries.enquiry_assign, name="staff_enquiry_assign"),
    path("enquiries/<slug:reference>/extend", enquiries.enquiry_extend, name="staff_enquiry_extend"),
    path("enquiries/<slug:reference>/refer", enquiries.enquiry_refer, name="staff_enquiry_refer"),
    path("statistics", reports.statistics, name="staff_statistics"),
    path("reports/", reports.reports, name="staff_reports"),
    path("reports/<int:report_id>.pdf", reports.report_pdf, name="staff_report_pdf"),
    path("reports/<int:report_id>.xlsx", reports.report_xlsx, name="staff_report_xlsx"),
    path("advisers/", calendars.advisers, name="staff_advisers"),
    path("advisers/<int:pk>/calendar", calendars.adviser_calendar, name="staff_adviser_calendar"),
    path("my/calendar", calendars.my_calendar, name="staff_my_calendar"),
    path("my/", advisers.my_days, name="staff_my_days"),
    path("my/bookings/<slug:reference>/", advisers.my_booking, name="staff_my_booking"),
    path("my/bookings/<slug:reference>/result", advisers.result, name="staff_result"),
    path("my/enquiries/<slug:reference>/", advisers.my_enquiry, name="staff_my_enquiry"),
    path("my/enquiries/<slug:reference>/refer", advisers.my_enquiry_refer, name="staff_my_enquiry_refer"),
    path("my/reports/", reports.my_reports, name="staff_my_reports"),
    path("my/reports/<int:report_id>.pdf", reports.my_report_pdf, name="staff_my_report_pdf"),
    path("my/reports/<int:report_id>.xlsx", reports.my_report_xlsx, name="staff_my_report_xlsx"),
]
