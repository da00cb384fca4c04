"""Names with Korean labels: states, their named sets and the allowed moves of free advice, one module a subject."""

from consultations.enums.bookings import (
    BookingKind,
    BookingMove,
    BookingState,
    CancelReason,
    ConsentKind,
    HelperConsent,
    JointOrder,
    Need,
    Source,
    Topic,
)
from consultations.enums.disruptions import AffectedMove, AffectedState, DisruptionKind, DisruptionMove
from consultations.enums.enquiries import AnswerBy, AnsweredBy, CallTime, EnquiryMove, EnquiryState, TurnKind
from consultations.enums.results import Ease, FollowUp, Helped, Outcome, ReportKind
from consultations.enums.timetable import AdviserKind, CalendarFeedMove, ClinicDayMove, ClinicDayState, Tone
from consultations.enums.waiting import OfferState, WaitingHour, WaitingMove, WaitingState

__all__ = [
    "AdviserKind",
    "AffectedMove",
    "AffectedState",
    "AnswerBy",
    "AnsweredBy",
    "BookingKind",
    "BookingMove",
    "BookingState",
    "CalendarFeedMove",
    "CallTime",
    "CancelReason",
    "ClinicDayMove",
    "ClinicDayState",
    "ConsentKind",
    "DisruptionKind",
    "DisruptionMove",
    "Ease",
    "EnquiryMove",
    "EnquiryState",
    "FollowUp",
    "Helped",
    "HelperConsent",
    "JointOrder",
    "Need",
    "OfferState",
    "Outcome",
    "ReportKind",
    "Source",
    "Tone",
    "Topic",
    "TurnKind",
    "WaitingHour",
    "WaitingMove",
    "WaitingState",
]
