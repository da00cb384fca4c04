"""Destroying what was told in confidence when its time is over; what the city counts stays."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from consultations.enums import BookingMove, ConsentKind, EnquiryMove, WaitingMove
from consultations.models import Booking, Enquiry, Result, Turn, Waiting
from services.actions import moves
from services.actions.documents import remove
from services.actions.faults import each
from services.actions.turns import in_turn
from services.models import Consent, Document
from services.rules.history import Actor

BY = Actor.system("purge")


def forget_questions() -> int:
    """Destroy the texts of bookings and of places in line; returns how many rows lost one. For the nightly purge.

    Counted from the end of the consultation, or from its time if nobody closed it: question, other party and relation
    after CONSULTATION_TEXT_DAYS, needs and language after CONSULTATION_NEEDS_DAYS, advisers' notes after
    CONSULTATION_ADVISER_DAYS. A wish holds all of these and nobody reads it again: it goes with the first of them.
    Topic, kind, state, dates, township, outcome and minutes stay. A second run destroys nothing more.
    """
    unread = Result.objects.filter(booking=OuterRef("pk"), note_destroyed_at__isnull=True)
    due = (
        Q(texts_destroyed_at__isnull=True, over_at__lt=_ago(settings.CONSULTATION_TEXT_DAYS))
        | Q(needs_destroyed_at__isnull=True, over_at__lt=_ago(settings.CONSULTATION_NEEDS_DAYS))
        | Q(Exists(unread), over_at__lt=_ago(settings.CONSULTATION_ADVISER_DAYS))
    )
    old = Booking.objects.annotate(over_at=Coalesce("ended_at", "starts_at")).filter(due).order_by("pk")
    keys = list(old.values_list("pk", flat=True))
    lost = sum(each(keys, lambda pk: _forget(pk, by=BY), job="consultations.forget_questions", of=Booking).done)
    first = _ago(min(settings.CONSULTATION_TEXT_DAYS, settings.CONSULTATION_NEEDS_DAYS))
    gone = Waiting.objects.filter(ended_at__lt=first, wish_destroyed_at__isnull=True).order_by("pk")
    keys = list(gone.values_list("pk", flat=True))
    wishes = each(keys, lambda pk: _forget_wish(pk, by=BY), job="consultations.forget_wishes", of=Waiting)
    return lost + sum(wishes.done)


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


@in_turn
def _forget(booking_id: int, *, by: Actor) -> bool:
    """Whatever of one booking is due; False if there was nothing written anyway."""
    booking = moves.lock(Booking.objects.all(), booking_id)
    over_at, now = booking.ended_at or booking.starts_at, timezone.now()
    lost = []
    if booking.texts_destroyed_at is None and over_at < _ago(settings.CONSULTATION_TEXT_DAYS):
        lost += ["상담 내용"] * bool(booking.question or booking.other_party or booking.helper_relation)
        booking.question = booking.other_party = booking.helper_relation = ""
        booking.texts_destroyed_at = now
    if booking.needs_destroyed_at is None and over_at < _ago(settings.CONSULTATION_NEEDS_DAYS):
        lost += ["필요한 도움"] * bool(booking.needs or booking.need_language)
        booking.needs, booking.need_language, booking.needs_destroyed_at = [], "", now
    booking.save()
    if over_at < _ago(settings.CONSULTATION_ADVISER_DAYS):
        notes = booking.results.filter(note_destroyed_at__isnull=True)
        lost += ["상담 내용 요지"] * any(one.note for one in notes)
        notes.update(note="", note_destroyed_at=now)
    if lost:
        moves.note(booking, BookingMove.TEXTS_DESTROYED, by=by, reason=", ".join(lost))
    return bool(lost)


def forget_withdrawn(consent: Consent, *, by: Actor) -> None:
    """Inside services' `withdraw`: without the consent about health the help that was asked for is destroyed."""
    if (consent.subject_kind, consent.kind) != ("consultations.booking", ConsentKind.HEALTH):
        return
    booking = moves.lock(Booking.objects.all(), consent.subject_id)
    if booking.needs or booking.need_language:
        gone = {"needs": [], "need_language": "", "needs_destroyed_at": timezone.now()}
        moves.note(booking, BookingMove.TEXTS_DESTROYED, by=by, reason="필요한 도움", **gone)


@in_turn
def _forget_wish(waiting_id: int, *, by: Actor) -> bool:
    waiting = moves.lock(Waiting.objects.all(), waiting_id)
    moves.note(waiting, WaitingMove.TEXTS_DESTROYED, by=by, wish={}, wish_destroyed_at=timezone.now())
    return True


def forget_texts() -> int:
    """Destroy texts and papers of what ended CONSULTATION_TEXT_DAYS ago; the figures stay. For the nightly purge."""
    kept = Turn.objects.filter(enquiry=OuterRef("pk"))
    old = Enquiry.objects.filter(Exists(kept), ended_at__lt=_ago(settings.CONSULTATION_TEXT_DAYS)).order_by("pk")
    keys = list(old.values_list("pk", flat=True))
    return len(each(keys, lambda pk: _forget_texts(pk, by=BY), job="consultations.forget_texts", of=Enquiry).done)


@in_turn
def _forget_texts(enquiry_id: int, *, by: Actor) -> None:
    enquiry = moves.lock(Enquiry.objects.all(), enquiry_id)
    for paper in Document.objects.of(enquiry):
        remove(paper.pk, by=by)
    enquiry.turns.all().delete()
    moves.note(enquiry, EnquiryMove.TEXTS_DESTROYED, by=by)
