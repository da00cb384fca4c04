"""Which message, to whom, with which once-key."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from consultations.models import Booking, Enquiry
from services.models import Notice, Resident
from services.notices.messages import Message, compose
from services.rules.korean import date_long, date_short, time_ko


def _values(booking: Booking) -> dict[str, Any]:
    start = timezone.localtime(booking.starts_at)
    venue = booking.clinic_day.venue
    return {
        "date": date_short(start.date()),
        "time": time_ko(start),
        "venue": venue.name,
        "room": venue.room,
        "wanted": booking.get_kind_display(),
        "minutes": booking.minutes,
        "ref": booking.shown_reference,
        "phone": settings.CONSULTATION_PHONE,
        "dept": settings.CONSULTATION_DEPARTMENT,
    }


def message(name: str, booking: Booking, *, to: Resident, title: str = "", **values: Any) -> Message:
    """The message `consultations/notices/<name>` about a booking, for its resident or the helper (S02 to S11)."""
    return compose(f"consultations/notices/{name}", title=title, name=to.name, **_values(booking), **values)


def once_key(name: str, booking: Booking, *, to: Resident) -> str:
    """`booking:17:reminder:20261123T1520`; the helper's copy has its own key."""
    slot = "" if name in {"cancelled", "city_cancelled", "missed"} else f":{booking.slot_key}"
    copy = "" if to.pk == booking.resident_id else ":helper"
    return f"booking:{booking.pk}:{name}{slot}{copy}"


def reminders_of(booking: Booking) -> "QuerySet[Notice]":
    """All reminders of this booking, sent or not."""
    key = f"booking:{booking.pk}:"
    return Notice.objects.filter(
        subject_kind="consultations.booking", subject_id=str(booking.pk), kind__in=REMINDER_KINDS
    ).filter(once_key__startswith=key)


REMINDER_KINDS = ("consultations/notices/reminder", "consultations/notices/today")


def enquiry_message(name: str, enquiry: Enquiry, *, title: str, **values: Any) -> Message:
    """The message `consultations/notices/<name>` to whoever asked (S12 to S14): never a word of the text."""
    facts = {
        "ref": enquiry.reference,
        "topic": enquiry.get_topic_display(),
        "until": date_short(enquiry.due_on),
        "by": date_long(enquiry.due_on, this_year=timezone.localdate().year),
        "phone": settings.CONSULTATION_PHONE,
        "dept": settings.CONSULTATION_DEPARTMENT,
    }
    facts["name"] = enquiry.resident.name
    return compose(f"consultations/notices/{name}", title=title, reference=enquiry.reference, **facts, **values)


def enquiry_key(name: str, enquiry: Enquiry) -> str:
    """`enquiry:17:answered:2`: once a question; the first message and the last one once a case."""
    what = name.removeprefix("enquiry_")
    once_a_case = what in {"received", "referred"}
    return f"enquiry:{enquiry.pk}:{what}" if once_a_case else f"enquiry:{enquiry.pk}:{what}:{enquiry.round}"
