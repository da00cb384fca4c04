"""Whatever people and officers do in whatever order, the promises of the booking hold after every step."""

from collections import Counter, defaultdict
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from consultations import tasks
from consultations.actions import bookings, clinic_days, disruptions, waiting, worklist
from consultations.actions.offers import fits
from consultations.actions.seating import busy_on
from consultations.enums import BookingKind, ClinicDayState, JointOrder, OfferState, Source, WaitingHour
from consultations.models import Affected, Booking, ClinicDay, Disruption, Hold, SeatOffer, Sitting, Waiting
from consultations.notices import REMINDER_KINDS
from consultations.reports.offers import hours_of
from consultations.rules.deadlines import offer_until
from consultations.rules.seating import seatings
from services.enums.notices import Channel, NoticeState
from services.enums.people import Role
from services.models import Notice, Resident, User
from services.rules.notices import next_opening
from services.rules.refusal import Refused
from tests.consultations.factories import BY, adviser, clinic_day, venue, wish_for

pytestmark = pytest.mark.django_db
STARTS = (time(15), time(15, 20), time(15, 40), time(16))
BEGIN = "2026-11-19T10:00:00+09:00"  # the Thursday before
NEXT = date(2026, 12, 28)

persons = st.integers(0, 5)
days = st.integers(0, 1)
starts = st.sampled_from(STARTS)
kinds = st.sampled_from(BookingKind.values)
picks = st.integers(0, 20)


class Office(RuleBasedStateMachine):
    """Two clinic days of four times; six people, two of them without a mobile phone.

    Each example runs in a transaction of its own that is rolled back, so the next one finds an empty database.
    """

    officer: User

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(datetime.fromisoformat(BEGIN), tick=False)
        self.now = self.clock.start()
        self.all_or_nothing = transaction.atomic()
        self.all_or_nothing.__enter__()
        self.days = [clinic_day(), clinic_day(on=NEXT, where=venue("죽산면 행정복지센터"))]
        Sitting.objects.update(closes_at=time(16, 20))
        phones = [f"+82101234000{number}" for number in range(4)] + ["+82635403114", "+82635403115"]
        self.people = [Resident.objects.create(name=f"시연 {n}", phone=phone) for n, phone in enumerate(phones)]
        self.crowd = {
            kind: [
                Resident.objects.create(name=f"시연 {kind} {number}", phone=f"+821099990{number}0{base}")
                for number in range(len(STARTS))
            ]
            for base, kind in enumerate(("TAX", "LAW"))
        }
        self.spare = adviser("LAW", "시연 대신")
        self.affected: list[tuple[str, int]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.all_or_nothing.__exit__(None, None, None)
        self.clock.stop()

    def moment(self, day: int, start: time) -> datetime:
        return self.days[day].moment(start)

    def some_booking(self, pick: int) -> Booking | None:
        live = list(Booking.objects.live().order_by("pk"))
        return live[pick % len(live)] if live else None

    def somebody_in_line(self, pick: int) -> Waiting | None:
        live = list(Waiting.objects.live().order_by("pk"))
        return live[pick % len(live)] if live else None

    # What people do

    @rule(person=persons, day=days, start=starts, kind=kinds, turns=st.sampled_from(JointOrder.values))
    def book(self, person: int, day: int, start: time, kind: str, turns: str) -> None:
        """Both advisers at once or one after the other, all or none."""
        resident = self.people[person]
        source = Source.WEB if resident.can_receive_texts else Source.PHONE
        wish = wish_for(kind)
        with suppress(Refused):
            bookings.book(
                self.days[day].pk,
                self.moment(day, start),
                wish,
                resident=resident,
                by=BY,
                source=source,
                order=JointOrder(turns if kind == BookingKind.BOTH else JointOrder.SAME),
            )

    @initialize(second=st.sampled_from(["LAW", "LAW", "BOTH"]))
    def a_full_day_with_two_in_line(self, second: str) -> None:
        """What takes longest to come about by chance is there from the start; the other day is empty."""
        self.a_crowd_fills_the_day(0, "LAW")
        self.get_in_line(0, 0, "LAW", WaitingHour.ANY)
        self.get_in_line(4, 0, second, WaitingHour.ANY)

    @rule(day=days, kind=st.sampled_from(["TAX", "LAW"]))
    def the_crowd_comes(self, day: int, kind: str) -> None:
        self.a_crowd_fills_the_day(day, kind)

    def a_crowd_fills_the_day(self, day: int, kind: str) -> None:
        """So that lines form."""
        wish = wish_for(kind)
        for one, start in zip(self.crowd[kind], STARTS, strict=True):
            with suppress(Refused):
                bookings.book(self.days[day].pk, self.moment(day, start), wish, resident=one, by=BY, source=Source.WEB)

    @rule(person=persons, day=days, kind=kinds, hour=st.sampled_from(WaitingHour.values))
    def join(self, person: int, day: int, kind: str, hour: str) -> None:
        self.get_in_line(person, day, kind, hour)

    def get_in_line(self, person: int, day: int, kind: str, hour: str) -> None:
        wish = wish_for(kind)
        with suppress(Refused):
            waiting.join(
                self.days[day].pk,
                wish,
                hour=WaitingHour(hour),
                resident=self.people[person],
                by=BY,
                source=Source.WEB,
            )

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        if booking := self.some_booking(pick):
            bookings.cancel(booking.pk, by=BY)

    @rule(pick=picks, day=days, start=starts, turns=st.sampled_from(JointOrder.values))
    def move(self, pick: int, day: int, start: time, turns: str) -> None:
        if booking := self.some_booking(pick):
            order = JointOrder(turns if booking.kind == BookingKind.BOTH else JointOrder.SAME)
            with suppress(Refused):
                bookings.move(booking.pk, self.days[day].pk, self.moment(day, start), order=order, by=BY)

    @rule(pick=picks, verb=st.sampled_from([waiting.accept, waiting.accept, waiting.decline, waiting.leave]))
    def answer(self, pick: int, verb: Any) -> None:
        if person := self.somebody_in_line(pick):
            with suppress(Refused):
                verb(person.pk, by=BY)

    # What time does

    @rule(hours=st.sampled_from([1, 5, 12, 25]))
    def time_goes_by(self, hours: int) -> None:
        self.now.shift(timedelta(hours=hours))
        tasks.expire_offers()

    @rule()
    def remind(self) -> None:
        tasks.remind()
        before = Notice.objects.count()
        tasks.remind()
        assert Notice.objects.count() == before

    # What officers do: a day, and whoever else may fail to come, belongs here

    @rule(day=days, not_yet=st.booleans())
    def cancel_day(self, day: int, not_yet: bool) -> None:
        """Seldom, or nothing else would happen."""
        if not_yet:
            return
        chosen = self.days[day]
        hit = [("booking", pk) for pk in Booking.objects.live().filter(clinic_day=chosen).values_list("pk", flat=True)]
        hit += [
            ("waiting", pk) for pk in Waiting.objects.live().filter(clinic_day=chosen).values_list("pk", flat=True)
        ]
        with suppress(Refused):
            clinic_days.cancel_day(chosen.pk, reason="눈이 많이 왔습니다.", by=self.officer.actor)
            self.affected += hit

    @rule(day=days, kind=st.sampled_from(["TAX", "LAW"]), not_yet=st.booleans())
    def an_adviser_cannot_come(self, day: int, kind: str, not_yet: bool) -> None:
        sitting = self.days[day].sittings.filter(adviser__kind=kind).order_by("pk").last()
        if not_yet or sitting is None:
            return
        with suppress(Refused):
            disruptions.report_absence(sitting.pk, reason="몸살", by=self.officer.actor)

    @rule()
    def somebody_else_comes_instead(self) -> None:
        if absence := Disruption.objects.open().filter(kind="ABSENCE", adviser__kind="LAW").order_by("pk").first():
            with suppress(Refused):
                disruptions.seat_stand_in(absence.pk, self.spare.pk, by=BY)

    @rule(pick=picks, way=st.sampled_from(["colleague", "next", "call", "cancel", "told"]))
    def arrange(self, pick: int, way: str) -> None:
        rows = list(Affected.objects.to_tell().order_by("pk"))
        if rows:
            with suppress(Refused):
                worklist.WAYS[way](rows[pick % len(rows)].pk, by=BY)

    @rule()
    def it_was_a_mistake(self) -> None:
        if absence := Disruption.objects.standing().filter(kind="ABSENCE").order_by("pk").first():
            with suppress(Refused):
                disruptions.withdraw(absence.pk, by=self.officer.actor)

    @rule()
    def tend(self) -> None:
        tasks.tend_worklists()

    # What must be true after every step

    @invariant()
    def no_adviser_is_in_two_places(self) -> None:
        taken: defaultdict[int, list[Any]] = defaultdict(list)
        for adviser_id, period in Hold.objects.values_list("adviser_id", "period").order_by("period"):
            taken[adviser_id].append(period)
        for periods in taken.values():
            for one, other in pairwise(periods):
                assert one.upper <= other.lower

    @invariant()
    def every_hold_has_its_owner_and_every_owner_its_holds(self) -> None:
        """A joint wish has both advisers or nobody; what is over holds nothing."""
        live = Booking.objects.live().values_list("pk", "kind", "starts_at", "joint_order").order_by()
        is_open = SeatOffer.objects.filter(state=OfferState.OPEN, waiting__state="OFFERED")
        held_for_somebody = is_open.values_list("pk", "waiting__kind", "starts_at", "joint_order").order_by()
        wanted: Counter[tuple[str, int, str, datetime]] = Counter()
        for owner, rows in (("booking", live), ("offer", held_for_somebody)):
            for pk, kind, starts_at, order in rows:
                turns = JointOrder(order).kinds
                for place, one in enumerate(turns or BookingKind(kind).kinds):
                    at = starts_at + timedelta(minutes=20) * place if turns else starts_at
                    wanted[owner, pk, one.value, at] += 1
        holds = Hold.objects.values_list("booking_id", "offer_id", "adviser__kind", "period").order_by()
        assert wanted == Counter(
            ("booking" if booking else "offer", booking or offer, kind, period.lower)
            for booking, offer, kind, period in holds
        )

    @invariant()
    def one_booking_a_day_and_person(self) -> None:
        pairs = Counter(Booking.objects.live().values_list("resident_id", "on").order_by())
        assert all(count == 1 for count in pairs.values())

    @invariant()
    def everybody_of_a_cancelled_day_is_told_or_called(self) -> None:
        names = {"booking": "city_cancelled", "waiting": "waiting_ended"}
        for subject, pk in self.affected:
            told = Notice.objects.filter(
                subject_kind=f"consultations.{subject}",
                subject_id=str(pk),
                kind=f"consultations/notices/{names[subject]}",
            ).exclude(state=NoticeState.SKIPPED)
            assert told.exists()
            if subject == "booking":
                calls = told.filter(channel=Channel.CALL, call__closed_at__isnull=True).count()
                row = Affected.objects.get(booking=pk, disruption__kind="DAY_CANCELLED")
                assert calls == (1 if row.told_at is None else 0)  # 직접 알림 spares the call
        assert not Booking.objects.live().filter(clinic_day__state=ClinicDayState.CANCELLED).exists()
        assert not Waiting.objects.live().filter(clinic_day__state=ClinicDayState.CANCELLED).exists()

    @invariant()
    def everybody_affected_is_told_or_called_or_on_the_list(self) -> None:
        """An affected client stands on an open list until something is arranged, and then there is a message of it."""
        for row in Affected.objects.select_related("disruption", "booking").order_by("pk"):
            if row.is_unsettled:
                assert row.disruption.closed_at is None
                assert row.booking.is_live
            if row.state not in ("OPEN", "KEPT", "ENDED"):
                assert Notice.objects.filter(once_key=row.notice_key).exists()
        closed = Disruption.objects.filter(closed_at__isnull=False)
        assert not Affected.objects.untold().filter(disruption__in=closed.filter(withdrawn_at__isnull=True)).exists()

    @invariant()
    def nobody_is_expected_by_who_does_not_come(self) -> None:
        """A live booking with an absent adviser is one that nothing is arranged for yet."""
        absent = Sitting.objects.filter(is_absent=True).values_list("clinic_day_id", "adviser_id").order_by()
        for day_id, adviser_id in absent:
            held = Hold.objects.filter(clinic_day=day_id, adviser=adviser_id).order_by("pk")
            for hold in held.select_related("booking"):
                assert hold.booking, "a place with them is held for somebody in line"
                assert hold.booking.affected.unsettled().exists()

    @invariant()
    def every_reminder_comes_once_and_only_to_who_still_comes(self) -> None:
        live = {str(one.pk): one.slot_key for one in Booking.objects.live().only("starts_at", "sequence").order_by()}
        rows = Notice.objects.filter(kind__in=REMINDER_KINDS).values_list("once_key", "state", "why").order_by()
        alive: Counter[tuple[str, str]] = Counter()
        of_now: defaultdict[str, set[str]] = defaultdict(set)
        for once_key, state, why in rows:
            _booking, pk, name, slot = once_key.split(":")
            if slot == live.get(pk):
                of_now[pk].add(name)
            if state == NoticeState.SKIPPED:
                assert why
                continue
            assert pk in live, "a reminder of a booking that is over"
            assert slot == live[pk], "a reminder of a time that was changed"
            alive[pk, name] += 1
        assert all(count == 1 for count in alive.values())
        for pk in live:  # everybody who comes has all three of them, to be sent or skipped with the reason
            assert of_now[pk] == {"ahead3", "reminder", "today"}

    @invariant()
    def nobody_waits_beside_a_place_that_is_free(self) -> None:
        """Unless they let that very place pass, or it is too near to be held for anybody."""
        for day in ClinicDay.objects.filter(state=ClinicDayState.OPEN).select_related("venue").order_by("pk"):
            line = list(day.waitings.filter(state="WAITING").order_by("pk"))
            if not line or day.on < timezone.localdate():
                continue
            hours, busy = hours_of([day])[day.pk], busy_on(day)
            for person in line:
                passed = set(person.offers.filter(is_past=False).values_list("starts_at", flat=True).order_by())
                told_at = next_opening(timezone.now(), (9, 20))
                for one in seatings(BookingKind(person.kind).kinds, hours, busy, timezone.now()):
                    free = one.starts_at
                    could_be_held = offer_until(told_at, free, hours=24, last_hours=3) is not None
                    assert not (fits(person.hour, free) and could_be_held and free not in passed), (person, free)

    @invariant()
    def ranks_have_no_gap(self) -> None:
        for day in self.days:
            line = list(day.waitings.live().in_line())
            assert [person.rank for person in line] == list(range(1, len(line) + 1))


SIZE = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def test_the_promises_hold_whatever_happens(make_staff):
    Office.officer = make_staff(Role.CONSULTATION_OFFICER)
    run_state_machine_as_test(Office, settings=SIZE)
