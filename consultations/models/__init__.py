"""Tables of free tax and legal advice, one module a subject."""

from consultations.models.bookings import Booking, Consent, Hold
from consultations.models.enquiries import Enquiry, EnquiryConsent, EnquiryPause, Turn
from consultations.models.results import Result
from consultations.models.statistics import StatisticsReport
from consultations.models.surveys import Survey
from consultations.models.timetable import Adviser, ClinicDay, Sitting, TimetableRule, Venue
from consultations.models.waiting import SeatOffer, Waiting

__all__ = [
    "Adviser",
    "Booking",
    "ClinicDay",
    "Consent",
    "Enquiry",
    "EnquiryConsent",
    "EnquiryPause",
    "Hold",
    "Result",
    "SeatOffer",
    "Sitting",
    "StatisticsReport",
    "Survey",
    "TimetableRule",
    "Turn",
    "Venue",
    "Waiting",
]
