"""The worklists of everybody affected: who is still untold, what was arranged, and which ways are open for each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from consultations.enums import AffectedState, BookingKind, ClinicDayState, DisruptionKind, JointOrder
from consultations.models import Adviser, Affected, Booking, ClinicDay, ConflictFlag, Disruption, Hold, Sitting
from consultations.models.disruptions import DisruptionQuerySet
from consultations.reports.offers import hours_of
from consultations.rules.seating import Busy, Hours, Seating, seating, seatings
from services.enums.notices import CallOutcome, Channel, NoticeState
from services.enums.people import Role
from services.models import Notice, User
from services.reports.people import Todo

DAYS_OFFERED = 6  # further clinic days at the same place


@dataclass(frozen=True, slots=True)
class Place:
    """A free time of one day; joint consultations in which turn."""

    day: ClinicDay
    starts_at: datetime
    order: JointOrder = JointOrder.SAME

    @property
    def value(self) -> str:
        """ "17-1520", or "17-1520-TAX" for one adviser after the other: what a form carries."""
        turn = "" if self.order == JointOrder.SAME else f"-{self.order.value}"
        return f"{self.day.pk}-{timezone.localtime(self.starts_at):%H%M}{turn}"


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be offered to one person now."""

    same: Seating | None = None  # same day, same time
    same_day: tuple[Place, ...] = ()  # same day, other times
    later: tuple[Place, ...] = ()

    @property
    def has_colleague(self) -> bool:
        return self.same is not None

    @property
    def next(self) -> Place | None:
        return self.later[0] if self.later else None


def ways_for(rows: Sequence[Affected]) -> dict[int, Ways]:
    """The open ways of each row that nothing is arranged for, by its id. Four queries, however many rows.

    Later days: the next ones at the same place with a free time, the time of day nearest to the old one first. Nobody
    is offered an adviser who flagged a conflict of interest with their case.
    """
    rows = [row for row in rows if row.is_unsettled and row.booking.is_live]
    if not rows:
        return {}
    days = _days_for(rows)
    free = _FreeTimes([row.booking.clinic_day for row in rows] + days)
    flagged = flagged_with([row.booking_id for row in rows])
    return {row.pk: _ways(row, free, days, flagged[row.booking_id]) for row in rows}


def _ways(row: Affected, free: "_FreeTimes", days: Sequence[ClinicDay], flagged: set[int]) -> Ways:
    booking, today = row.booking, row.booking.clinic_day
    is_same_day = row.disruption.kind in DisruptionKind.SAME_DAY
    later: list[list[Place]] = []
    for day in days:
        if day.venue_id == today.venue_id and day.on > booking.on and len(later) < DAYS_OFFERED:
            places = sorted(free.places(day, booking, without=flagged), key=lambda one: _far(one, booking))
            later += [places] if places else []
    others = free.places(today, booking, without=flagged) if is_same_day and today.state == ClinicDayState.OPEN else []
    return Ways(
        same=free.same(booking, without=flagged) if is_same_day else None,
        same_day=tuple(place for place in others if place.starts_at != booking.starts_at),
        later=tuple(place for places in later for place in places),
    )


def _far(place: Place, booking: Booking) -> tuple[timedelta, datetime]:
    """How far the time of day is from the one they had."""
    midnight, before = place.day.moment(time()), booking.clinic_day.moment(time())
    return abs((place.starts_at - midnight) - (booking.starts_at - before)), place.starts_at


def _days_for(rows: Sequence[Affected]) -> list[ClinicDay]:
    venues = {row.booking.clinic_day.venue_id for row in rows}
    days = ClinicDay.objects.bookable().filter(venue__in=venues, on__gt=min(row.booking.on for row in rows))
    return list(days.select_related("venue").order_by("on", "pk"))


def flagged_with(booking_ids: Sequence[int]) -> "defaultdict[int, set[int]]":
    """Advisers who flagged a conflict of interest, by booking. One query."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = ConflictFlag.objects.filter(booking__in=booking_ids).order_by("pk")
    for booking_id, adviser_id in rows.values_list("booking_id", "adviser_id"):
        found[booking_id].add(adviser_id)
    return found


class _FreeTimes:
    """The advisers of some days and what is taken of their time, wherever. Two queries."""

    def __init__(self, days: Sequence[ClinicDay]) -> None:
        self.hours = hours_of(days)
        self.taken: defaultdict[int, list[tuple[datetime, datetime, int | None]]] = defaultdict(list)
        first = min(day.moment(time()) for day in days)
        last = max(day.moment(time()) for day in days) + timedelta(days=1)
        advisers = {one.adviser_id for hours in self.hours.values() for one in hours}
        holds = Hold.objects.filter(adviser__in=advisers, period__overlap=DateTimeTZRange(first, last)).order_by()
        facts = ("adviser_id", "period__startswith", "period__endswith", "booking_id")
        for adviser_id, begin, end, booking_id in holds.values_list(*facts):
            self.taken[adviser_id].append((begin, end, booking_id))

    def _of(self, day: ClinicDay, booking: Booking, without: set[int]) -> tuple[list[Hours], Busy]:
        """Advisers who may take this booking that day, and what else they have; its own time does not count."""
        hours = [one for one in self.hours[day.pk] if one.adviser_id not in without]
        busy = {
            one.adviser_id: [(begin, end) for begin, end, pk in self.taken[one.adviser_id] if pk != booking.pk]
            for one in hours
        }
        return hours, busy

    def places(self, day: ClinicDay, booking: Booking, *, without: set[int]) -> list[Place]:
        """The times to come at which every adviser this booking needs is free, in order."""
        hours, busy = self._of(day, booking, without)
        found = seatings(BookingKind(booking.kind).kinds, hours, busy, timezone.now())
        return [Place(day, one.starts_at, one.order) for one in found]

    def same(self, booking: Booking, *, without: set[int]) -> Seating | None:
        """How it can be held at its own time after all, in the same turn; who has it already stays with it."""
        if booking.starts_at <= timezone.now():
            return None
        hours, busy = self._of(booking.clinic_day, booking, without)
        stays = {one for one, periods in self.taken.items() if any(pk == booking.pk for _, _, pk in periods)}
        in_order = sorted(hours, key=lambda one: (one.adviser_id not in stays, one.adviser_id))
        kinds, order = BookingKind(booking.kind).kinds, JointOrder(booking.joint_order)
        return seating(kinds, in_order, busy, booking.starts_at, order)


def names_of(found: Seating) -> str:
    """Whose time it takes, as a message says it. One query."""
    advisers = Adviser.objects.filter(pk__in=[seat.adviser_id for seat in found.seats]).order_by("pk")
    return ", ".join(str(one) for one in advisers)


@dataclass(frozen=True, slots=True)
class AffectedLine:
    """One person on a worklist as staff see them."""

    row: Affected
    is_told: bool
    told: str  # "문자를 보냈습니다.", "전화할 분 목록에 있습니다." ...
    ways: Ways
    is_on_call_list: bool

    @property
    def needs_telling(self) -> bool:
        return self.row.state not in AffectedState.UNCHANGED


def affected_lines(disruption: Disruption) -> list[AffectedLine]:
    """Everybody on one worklist, by the time they had. Eight queries, however many people."""
    rows = list(disruption.affected.with_people().with_told().order_by("starts_at", "pk"))
    return lines_of(rows)


def lines_of(rows: Sequence[Affected]) -> list[AffectedLine]:
    """The same for rows that were read with_people and with_told."""
    ways = ways_for(rows)
    keys = [row.notice_key for row in rows if row.notice_key]
    notices: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in Notice.objects.filter(once_key__in=keys).select_related("call").order_by("pk"):
        notices[notice.once_key].append(notice)
    return [
        AffectedLine(
            row,
            is_told=getattr(row, "is_told", False),
            told=_told_words(row, notices[row.notice_key]),
            ways=ways.get(row.pk, Ways()),
            is_on_call_list=any(_is_call_open(one) for one in notices[row.notice_key]),
        )
        for row in rows
    ]


def _is_call_open(notice: Notice) -> bool:
    return notice.channel == Channel.CALL and notice.state == NoticeState.CALL


def _told_words(row: Affected, notices: Sequence[Notice]) -> str:
    """How somebody learned or will learn of it, in a few words."""
    if row.state in AffectedState.UNCHANGED:
        return "알릴 것 없음"
    if row.told_at:
        return "말로 알림"
    calls = [one for one in notices if one.channel == Channel.CALL]
    if any(getattr(one, "call", None) and one.call.outcome in CallOutcome.REACHED for one in calls):
        return "전화로 알림"
    texts = [one for one in notices if one.channel in Channel.BY_PHONE]
    if row.state != AffectedState.CANCELLED and any(one.state in NoticeState.ARRIVED for one in texts):
        return "문자 보냄"
    if any(_is_call_open(one) for one in calls):
        return "전화할 분 목록에 있음"
    if any(one.state == NoticeState.DEAD for one in notices):
        return "번호가 달라 알리지 못함"
    return "문자 보낼 예정" if texts else "아직 알리지 않음"


@dataclass(frozen=True, slots=True)
class WorklistLine:
    """One worklist with what is left to do."""

    disruption: Disruption
    people: int
    undecided: int
    untold: int


def worklist_lines(rows: DisruptionQuerySet) -> list[WorklistLine]:
    """Worklists with their counts. Two queries."""
    people = Count("affected", filter=~Q(affected__state__in=AffectedState.UNCHANGED), distinct=True)
    undecided = Count("affected", filter=Q(affected__state__in=AffectedState.UNSETTLED), distinct=True)
    found = list(
        rows.select_related("venue", "adviser", "clinic_day")
        .annotate(people=people, undecided=undecided)
        .order_by("first_on", "pk")
    )
    untold = Affected.objects.untold().filter(disruption__in=found).order_by()
    counts = dict(untold.values_list("disruption_id").annotate(n=Count("pk")))
    return [
        WorklistLine(one, getattr(one, "people", 0), getattr(one, "undecided", 0), counts.get(one.pk, 0))
        for one in found
    ]


def stand_ins(disruption: Disruption) -> list[Adviser]:
    """Advisers who could come instead of the missing one: same kind, in term, sitting nowhere that date. One query."""
    if disruption.adviser is None or disruption.kind != DisruptionKind.ABSENCE:
        return []
    on = disruption.first_on
    busy = Sitting.objects.filter(clinic_day__on=on).exclude(clinic_day__state=ClinicDayState.CANCELLED)
    serving = Adviser.objects.filter(kind=disruption.adviser.kind, term_from__lte=on, term_until__gte=on)
    return list(serving.exclude(pk__in=busy.values("adviser")).order_by("name", "pk"))


def is_shut(day: ClinicDay) -> bool:
    """Whether this day or its venue was closed, and nobody has withdrawn that. One or two queries."""
    standing = Disruption.objects.standing().filter(first_on__lte=day.on, last_on__gte=day.on, venue=day.venue_id)
    of_day = standing.filter(kind=DisruptionKind.DAY_CLOSED, clinic_day=day)
    return of_day.exists() or standing.filter(kind=DisruptionKind.VENUE_CLOSED).exists()


@dataclass(frozen=True, slots=True)
class Told:
    """People of one day for whom something changed: how many there are, and how many nobody has reached yet."""

    people: int
    untold: int


def told_of(day: ClinicDay) -> Told:
    """How far telling everybody of this day is; a client on two worklists counts once. Two queries."""
    rows = Affected.objects.filter(clinic_day=day).order_by()
    return Told(
        rows.to_tell().values("booking").distinct().count(), rows.untold().values("booking").distinct().count()
    )


def staff_todos(user: User) -> list[Todo]:
    """Clients whom nobody has told yet (STAFF_TODAY_SOURCES)."""
    if not user.roles & {Role.CONSULTATION_OFFICER, Role.TOWNSHIP_CLERK}:
        return []
    rows = Affected.objects.untold().filter(disruption__in=Disruption.objects.seen_by(user).open()).order_by()
    untold = rows.values("booking").distinct().count()
    return [Todo("아직 알리지 못한 분", untold, reverse("consultations:staff_worklists"), "danger")]


def forgotten(until: date) -> list[int]:
    """Ids of rows nobody has decided about although the consultation is on or before this day. One query."""
    rows = Affected.objects.filter(state=AffectedState.OPEN, booking__on__lte=until)
    rows = rows.filter(booking__starts_at__gt=timezone.now(), disruption__withdrawn_at__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True))
