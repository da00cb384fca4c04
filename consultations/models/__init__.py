"""Tables of free tax and legal advice, one module a subject."""

from consultations.models.bookings import Booking, Hold
from consultations.models.calendars import CalendarFeed
from consultations.models.disruptions import Affected, Disruption
from consultations.models.enquiries import Enquiry, EnquiryPause, Turn
from consultations.models.links import AdviserLink
from consultations.models.results import ConflictFlag, Result
from consultations.models.statistics import StatisticsReport
from consultations.models.surveys import Survey
from consultations.models.timetable import Adviser, ClinicDay, Sitting, TimetableRule, Venue
from consultations.models.waiting import SeatOffer, Waiting

__all__ = [
    "Adviser",
    "AdviserLink",
    "Affected",
    "Booking",
    "CalendarFeed",
    "ClinicDay",
    "ConflictFlag",
    "Disruption",
    "Enquiry",
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
