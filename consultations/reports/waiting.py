"""The waiting list as residents and staff see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from consultations.enums import BookingKind, OfferState, WaitingState
from consultations.models import SeatOffer, Waiting
from consultations.models.waiting import WaitingQuerySet
from services.models import Resident
from services.reports.people import Case
from services.rules.korean import date_letter, date_long, time_ko

WHAT = "세금·법률 무료 상담 대기"


def waiting_cases(residents: Sequence[Resident]) -> list[Case]:
    """Where these residents stand in line (RESIDENT_CASE_SOURCES). What became a booking is shown as one."""
    rows = Waiting.objects.filter(resident__in=residents).exclude(state=WaitingState.ACCEPTED).with_place()
    return [case_of(waiting) for waiting in rows.order_by("-created_at", "-pk")]


def find_by_reference(reference: str, last4_index: str) -> Case | None:
    """The place in line of this number if its resident's phone ends so (REFERENCE_SOURCES)."""
    rows = Waiting.objects.filter(reference=reference.replace("-", ""), resident__last4_index=last4_index)
    found = rows.exclude(state=WaitingState.ACCEPTED).with_place().first()
    return case_of(found) if found else None


def case_of(waiting: Waiting) -> Case:
    is_waiting = waiting.state == WaitingState.WAITING
    return Case(
        what=WHAT,
        reference=waiting.shown_reference,
        asked_at=waiting.created_at,
        state=f"대기 {waiting.rank}번" if is_waiting else waiting.label.citizen_label,
        tone=waiting.label.tone,
        todo=_todo(waiting),
        url=reverse("consultations:waiting", args=[waiting.reference]),
        is_open=waiting.is_live,
        subject_kind="consultations.waiting",
        subject_id=str(waiting.pk),
    )


def _todo(waiting: Waiting) -> str:
    offer = waiting.open_offer if waiting.state == WaitingState.OFFERED else None
    if offer is None or offer.until <= timezone.now():
        return "지금 하실 일은 없습니다."
    until = timezone.localtime(offer.until)
    day = date_long(until.date(), this_year=timezone.localdate().year)
    return f"하실 일이 있습니다: {day} {time_ko(until)}까지 답해 주세요."


def lapsed_offer(waiting: Waiting) -> SeatOffer | None:
    """The newest place held for them, if it was taken back because nobody answered."""
    newest = waiting.offers.order_by("-made_at", "-pk").first()
    is_lapsed = waiting.state == WaitingState.WAITING and newest is not None and newest.state == OfferState.LAPSED
    return newest if is_lapsed else None


def went_to_somebody(offer: SeatOffer) -> bool:
    """Whether somebody else who waited for the same adviser was offered that time after it lapsed."""
    wanted = set(BookingKind(offer.waiting.kind).kinds)
    alike = [kind for kind in BookingKind if wanted & set(kind.kinds)]
    same = SeatOffer.objects.filter(clinic_day=offer.clinic_day_id, starts_at=offer.starts_at, waiting__kind__in=alike)
    return same.filter(made_at__gte=offer.closed_at).exists()


def place_words(offer: SeatOffer) -> str:
    """ "15:20, 11월 21일(토) 10:00까지": the place and until when it is held."""
    at, until = timezone.localtime(offer.starts_at), timezone.localtime(offer.until)
    return f"{at:%H:%M}, {date_letter(until.date())} {until:%H:%M}까지"


@dataclass(frozen=True, slots=True)
class Line:
    """One person in line as staff see them."""

    waiting: Waiting
    rank: int
    offer: SeatOffer | None
    offered: int

    @property
    def place(self) -> str:
        return place_words(self.offer) if self.offer else ""


def lines(rows: WaitingQuerySet) -> list[Line]:
    """Everybody in line, by day and order, with the place held for them. Three queries."""
    rows = rows.live().filter(clinic_day__on__gte=timezone.localdate()).with_place().annotate(offered=Count("offers"))
    found = list(rows.order_by("clinic_day__on", "clinic_day_id", "created_at", "pk"))
    is_open = Q(waiting__in=found, state=OfferState.OPEN)
    held = {offer.waiting_id: offer for offer in SeatOffer.objects.filter(is_open).order_by("pk")}
    days = {waiting.clinic_day_id for waiting in found}
    everybody = Waiting.objects.live().filter(clinic_day__in=days).order_by("created_at", "pk")
    ranks: dict[int, int] = {}
    counts: dict[int, int] = {}
    for pk, day_id in everybody.values_list("pk", "clinic_day_id"):
        ranks[pk] = counts[day_id] = counts.get(day_id, 0) + 1
    return [Line(one, ranks.get(one.pk, 0), held.get(one.pk), getattr(one, "offered", 0)) for one in found]
