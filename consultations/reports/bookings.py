"""Bookings as residents, the home page and staff see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from consultations.enums import BookingMove, BookingState, ClinicDayState
from consultations.models import Affected, Booking, ClinicDay, Survey
from consultations.models.bookings import BookingQuerySet
from consultations.reports.offers import days_on_holidays, next_open_day, waiting_for_decision
from services.enums.people import Role
from services.models import HistoryEntry, Resident, User
from services.reports.calendar import holidays_between
from services.reports.catalogue import HomeNote
from services.reports.people import Case, Todo
from services.rules.korean import date_long, time_ko

WHAT = "세금·법률 무료 상담"


def booking_cases(residents: Sequence[Resident]) -> list[Case]:
    """The bookings of these residents for 내 신청 확인 (RESIDENT_CASE_SOURCES)."""
    rows = _with_facts(Booking.objects.filter(resident__in=residents)).with_place().order_by("-created_at")
    return [case_of(booking) for booking in rows]


def find_by_reference(reference: str, last4_index: str) -> Case | None:
    """The booking of this number if its resident's phone ends so (REFERENCE_SOURCES)."""
    digits = reference.replace("-", "")
    rows = _with_facts(Booking.objects.filter(reference=digits, resident__last4_index=last4_index))
    found = rows.with_place().first()
    return case_of(found) if found else None


def _with_facts(rows: BookingQuerySet) -> BookingQuerySet:
    """Whether the two questions are answered, and whether something came up that nothing is arranged for yet."""
    surveyed = Survey.objects.filter(booking=OuterRef("pk"))
    affected = Affected.objects.unsettled().filter(booking=OuterRef("pk"))
    return rows.annotate(is_surveyed=Exists(surveyed), is_affected=Exists(affected))


def case_of(booking: Booking) -> Case:
    return Case(
        what=WHAT,
        reference=booking.shown_reference,
        asked_at=booking.created_at,
        state=booking.label.citizen_label,
        tone=booking.label.tone,
        todo=_todo(booking),
        url=reverse("consultations:booking", args=[booking.reference]),
        is_open=booking.is_live,
        subject_kind="consultations.booking",
        subject_id=str(booking.pk),
        appointment=f"{_when(booking)}, {booking.clinic_day.venue.name}",
    )


def _todo(booking: Booking) -> str:
    if booking.is_asked_how_it_was and not getattr(booking, "is_surveyed", True):
        return "상담이 어떠셨는지 알려 주세요."
    if not booking.is_live:
        return "지금 하실 일은 없습니다."
    if getattr(booking, "is_affected", False):
        return "상담에 사정이 생겼습니다. 저희가 연락드립니다."
    if booking.has_begun:
        return "지금 하실 일은 없습니다."
    return f"{_when(booking)}까지 {booking.clinic_day.venue.name}에 와 주세요."


def _when(booking: Booking) -> str:
    start = timezone.localtime(booking.starts_at)
    return f"{date_long(start.date(), this_year=timezone.localdate().year)} {time_ko(start)}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the timeline component."""

    label: str
    state: str  # done | current | todo | stopped
    when: str = ""
    text: str = ""


def timeline(booking: Booking) -> list[Step]:
    """지금 어디까지: booked, moved, came, done, in the words a citizen reads."""
    entries = HistoryEntry.objects.filter(subject_kind="consultations.booking", subject_id=str(booking.pk))
    labels = {
        BookingMove.BOOKED: "예약했습니다",
        BookingMove.MOVED: "시간을 바꾸었습니다",
        BookingMove.REASSIGNED: "다른 분이 상담해드립니다",
        BookingMove.ARRIVED: "오셨습니다",
        BookingMove.COMPLETED: "상담을 마쳤습니다",
        BookingMove.RESULT: "상담 결과를 적었습니다",
        BookingMove.MISSED: "오지 않으셨습니다",
        BookingMove.CANCELLED: "예약을 취소했습니다",
        BookingMove.OUT_OF_SCOPE: "다른 곳을 안내했습니다",
        BookingMove.CANCELLED_BY_CITY: "시 사정으로 상담을 열지 못합니다",
    }
    steps = [
        Step(labels[BookingMove(entry.move)], "done", when=_moment(entry.at))
        for entry in _as_it_stands(entries.order_by("seq"))
        if entry.move in labels
    ]
    if booking.is_live:
        if booking.affected.unsettled().exists():
            return [*steps, Step("상담에 사정이 생겨 연락드립니다", "current", text="어떻게 할지 함께 정하겠습니다.")]
        return [*steps, _next_step(booking)]
    if steps and booking.state in (BookingState.CANCELLED, BookingState.MISSED, BookingState.OUT_OF_SCOPE):
        return [*steps[:-1], Step(steps[-1].label, "stopped", when=steps[-1].when)]
    return steps


UNDOES = {
    BookingMove.ARRIVAL_TAKEN_BACK: {BookingMove.ARRIVED},
    BookingMove.TAKEN_BACK: {BookingMove.COMPLETED, BookingMove.MISSED},
}


def _as_it_stands(entries: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """Without what staff took back: a step that never happened has no tick."""
    kept: list[HistoryEntry] = []
    for entry in entries:
        undone = UNDOES.get(BookingMove(entry.move), set())
        last = next((one for one in reversed(kept) if one.move in undone), None)
        if last:
            kept.remove(last)
        kept.append(entry)
    return kept


def _next_step(booking: Booking) -> Step:
    """What comes next, true on that day: waiting for the day, the day itself, or after the hour."""
    when, where = _moment(booking.starts_at), booking.clinic_day.venue.name
    if booking.has_begun:
        return Step("상담하신 것을 담당자가 적습니다", "current", when=when, text=where)
    words = "오늘 상담받으시는 날입니다" if booking.on == timezone.localdate() else "상담일을 기다립니다"
    return Step(words, "current", when=when, text=where)


def _moment(moment: Any) -> str:
    local = timezone.localtime(moment)
    return f"{date_long(local.date(), this_year=timezone.localdate().year)} {time_ko(local)}"


def home_notes() -> list[HomeNote]:
    """다음 무료 상담은 … (HOME_NOTE_SOURCES)."""
    found = next_open_day()
    if found is None:
        return []
    day, span, free = found
    on = date_long(day, this_year=timezone.localdate().year)
    return [HomeNote("consultations", f"다음 무료 상담은 {on} {span}입니다. 남은 자리는 {free}개입니다.")]


def staff_todos(user: User) -> list[Todo]:
    """Today's consultations, past ones without a result, days on holidays and in review, conflicts
    (STAFF_TODAY_SOURCES)."""
    if not user.roles & {Role.CONSULTATION_OFFICER, Role.TOWNSHIP_CLERK}:
        return []
    today = timezone.localdate()
    live = Booking.objects.seen_by(user).live()
    url = reverse("consultations:staff_bookings")
    todos = [
        Todo("오늘 무료 상담", live.filter(on=today).count(), f"{url}?on={today}"),
        Todo("결과를 적지 않은 상담", live.filter(on__lt=today).count(), f"{url}?state=open&until={today}", "warn"),
    ]
    if Role.CONSULTATION_OFFICER in user.roles:
        days = reverse("consultations:staff_clinic_days")
        todos.append(Todo("공휴일과 겹친 상담일", len(days_on_holidays()), days, "danger"))
        todos.append(Todo("선거 기간 확인", waiting_for_decision(), f"{days}?state=REVIEW", "warn"))
        todos.append(Todo("이해 충돌로 다시 정할 예약", live.in_conflict().count(), f"{url}?state=conflict", "danger"))
    return todos


@dataclass(frozen=True, slots=True)
class DayLine:
    """One clinic day in the staff's list."""

    day: ClinicDay
    advisers: tuple[str, ...]
    seats: int
    booked: int
    is_holiday: bool


def clinic_day_lines(first: date, last: date, *, state: str = "") -> list[DayLine]:
    """Clinic days of a period with advisers, seats and live bookings. Four queries and one for the sittings."""
    closed = holidays_between(first, last)
    held = set(ClinicDay.objects.held().filter(on__in=closed).order_by().values_list("pk", flat=True))
    days = (
        ClinicDay.objects.filter(on__range=(first, last))
        .select_related("venue")
        .prefetch_related("sittings__adviser")
        .annotate(booked=Count("bookings", filter=Q(bookings__state__in=BookingState.LIVE)))
        .order_by("on", "venue__order", "pk")
    )
    if state in ClinicDayState.values:
        days = days.filter(state=state)
    return [
        DayLine(
            day,
            tuple(str(one.adviser) for one in day.sittings.all() if not one.is_absent),
            sum(len(one.starts(day)) for one in day.sittings.all() if not one.is_absent),
            getattr(day, "booked", 0),
            is_holiday=day.on in closed and day.pk in held,
        )
        for day in days
    ]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One time of a clinic day with everybody who comes then."""

    starts_at: datetime
    bookings: tuple[Booking, ...]
    free: tuple[str, ...]  # kinds of adviser with nothing to do


def day_board(day: ClinicDay) -> list[BoardRow]:
    """The times of a clinic day in order, with bookings and free advisers. Three queries."""
    booked: dict[datetime, list[Booking]] = {}
    for booking in day.bookings.exclude(state=BookingState.CANCELLED).select_related("resident").order_by("pk"):
        booked.setdefault(booking.starts_at, []).append(booking)
    held = {(hold.adviser_id, hold.period.lower) for hold in day.holds.order_by("pk")}
    free: dict[datetime, list[str]] = {}
    for one in day.sittings.filter(is_absent=False).select_related("adviser"):
        for start in one.starts(day):
            taken = (one.adviser_id, start) in held
            free.setdefault(start, []).extend([] if taken else [str(one.adviser.get_kind_display())])
    starts = sorted(free.keys() | booked.keys())
    return [BoardRow(start, tuple(booked.get(start, ())), tuple(free.get(start, ()))) for start in starts]


def future_bookings_of(residents: Sequence[Resident]) -> list[Booking]:
    """Live bookings to come of these people: the clerk is warned before booking a second one."""
    rows = Booking.objects.live().filter(resident__in=residents, starts_at__gte=timezone.now())
    return list(rows.with_place().order_by("starts_at"))
