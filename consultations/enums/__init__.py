"""Names with Korean labels: states, their named sets and the allowed moves of free advice, one module a subject."""

from consultations.enums.bookings import (
    BookingKind,
    BookingState,
    CancelReason,
    ConsentKind,
    HelperConsent,
    JointOrder,
    Need,
    Source,
    Topic,
)
from consultations.enums.disruptions import AffectedState, DisruptionKind
from consultations.enums.enquiries import AnswerBy, AnsweredBy, CallTime, EnquiryState, TurnKind
from consultations.enums.results import Ease, FollowUp, Helped, Outcome, ReportKind
from consultations.enums.timetable import AdviserKind, ClinicDayState, Tone
from consultations.enums.waiting import OfferState, WaitingHour, WaitingState

__all__ = [
    "AdviserKind",
    "AffectedState",
    "AnswerBy",
    "AnsweredBy",
    "BookingKind",
    "BookingState",
    "CallTime",
    "CancelReason",
    "ClinicDayState",
    "ConsentKind",
    "DisruptionKind",
    "Ease",
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
    "WaitingState",
]
