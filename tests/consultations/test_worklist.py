"""An adviser who cannot come, a day or a venue that closes: everybody affected is told, and the list ends at zero."""

from contextlib import nullcontext
from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations import tasks
from consultations.actions import bookings, clinic_days, disruptions, links, queue, reminders, waiting, worklist
from consultations.actions.results import flag_conflict
from consultations.actions.wishes import Wish
from consultations.enums import (
    AffectedState,
    BookingKind,
    BookingState,
    ClinicDayState,
    DisruptionKind,
    JointOrder,
    OfferState,
    Source,
    WaitingHour,
    WaitingState,
)
from consultations.models import Adviser, Affected, Booking, ClinicDay, Disruption, SeatOffer, Sitting
from consultations.reports.bookings import booking_cases, timeline
from consultations.reports.worklist import affected_lines, stand_ins, told_of, worklist_lines
from services.actions.notices import close_call, dispatch_due
from services.enums.notices import CallOutcome, Channel, NoticeState
from services.enums.people import Role
from services.models import CallTask, HistoryEntry, Notice
from services.rules.korean import cp949_bytes
from services.rules.refusal import Refused
from tests.consultations.factories import BY, CONSENTS, EVE, MONDAY, adviser, at, booked, clinic_day, rule, venue
from tests.races import at_once

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 28)
LANDLINE = "+82635403114"


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@pytest.fixture
def officer(make_staff):
    return make_staff(Role.CONSULTATION_OFFICER)


def seat(day: ClinicDay, kind: str = "LAW", name: str = "시연 새변호") -> Sitting:
    """One more adviser on a day."""
    who = adviser(kind, name=name)
    return Sitting.objects.create(clinic_day=day, adviser=who, opens_at=time(15), closes_at=time(17), slot_minutes=20)


def lawyer(day: ClinicDay) -> Sitting:
    return day.sittings.filter(adviser__kind="LAW").order_by("pk")[0]


def absent(day: ClinicDay, officer, kind: str = "LAW") -> Disruption:
    sitting = day.sittings.filter(adviser__kind=kind, is_absent=False).order_by("pk").first()
    return disruptions.report_absence(sitting.pk, reason="교통사고", by=officer.actor)


def row_of(booking: Booking) -> Affected:
    return Affected.objects.get(booking=booking)


def untold(disruption: Disruption) -> int:
    (line,) = worklist_lines(Disruption.objects.filter(pk=disruption.pk))
    return line.untold


def advisers_of(booking: Booking) -> set[int]:
    return set(booking.holds.values_list("adviser_id", flat=True))


class TestAbsence:
    def test_who_has_a_booking_with_them_is_on_the_list_and_nobody_books_them_any_more(self, officer, make_resident):
        day = clinic_day()
        law, tax = booked(make_resident(), day), booked(make_resident("시연 세금"), day, at(16), kind="TAX")
        disruption = absent(day, officer)
        assert [row.booking_id for row in disruption.affected.order_by("pk")] == [law.pk]
        assert (row_of(law).state, row_of(law).starts_at) == (AffectedState.OPEN, law.starts_at)
        assert law.is_live
        with pytest.raises(Refused, match="고르신 상담 시간이 없습니다"):
            booked(make_resident("시연 셋째"), day, at(16))
        assert not Affected.objects.filter(booking=tax).exists()
        assert untold(disruption) == 1
        moves = HistoryEntry.objects.filter(subject_kind="consultations.clinicday").values_list("move", flat=True)
        assert "absence_reported" in moves.order_by("pk")

    def test_the_reason_is_encrypted(self, officer):
        disruption = absent(clinic_day(), officer)
        with connection.cursor() as cursor:
            cursor.execute("SELECT reason FROM consultations_disruption WHERE id = %s", [disruption.pk])
            assert "교통사고" not in cursor.fetchone()[0]

    def test_reminders_wait_and_come_back(self, officer, make_resident):
        """Nobody is reminded of a consultation that nobody holds."""
        day = clinic_day()
        booking = booked(make_resident(), day)
        disruption = absent(day, officer)
        texts = Notice.objects.filter(kind="consultations/notices/today").order_by("pk")
        assert texts.get().state == NoticeState.SKIPPED
        reminders.remind(booking.pk, by=BY)
        assert texts.get().state == NoticeState.SKIPPED
        disruptions.withdraw(disruption.pk, by=officer.actor)
        assert texts.get().state == NoticeState.QUEUED

    def test_the_second_officer_is_told(self, officer):
        day = clinic_day()
        absent(day, officer)
        with pytest.raises(Refused, match="이미 못 온다고 적었습니다") as refused:
            disruptions.report_absence(lawyer(day).pk, reason="몸살", by=officer.actor)
        assert refused.value.conflict
        assert Disruption.objects.count() == 1

    def test_not_without_a_reason_and_not_afterwards(self, officer, clock):
        day = clinic_day()
        with pytest.raises(Refused, match="이유가 비어 있습니다"):
            disruptions.report_absence(lawyer(day).pk, reason=" ", by=officer.actor)
        clock("2026-11-24 09:00")
        with pytest.raises(Refused, match="이미 지났거나 취소한"):
            disruptions.report_absence(lawyer(day).pk, reason="몸살", by=officer.actor)

    def test_with_nobody_booked_the_list_is_closed_from_the_start(self, officer):
        disruption = absent(clinic_day(), officer)
        assert disruption.closed_at
        assert not Disruption.objects.open().exists()

    def test_the_citizen_does_not_read_that_they_should_come(self, officer, make_resident):
        day = clinic_day()
        booking = booked(make_resident(), day)
        assert timeline(booking)[-1].label == "상담일을 기다립니다"
        absent(day, officer)
        assert timeline(booking)[-1].label == "상담에 사정이 생겨 연락드립니다"
        assert booking_cases([booking.resident])[0].todo == "상담에 사정이 생겼습니다. 저희가 연락드립니다."


class TestWithdraw:
    def test_everything_is_as_before(self, officer, make_resident):
        day = clinic_day()
        booking = booked(make_resident(), day)
        disruption = absent(day, officer)
        worklist.put_on_call_list(row_of(booking).pk, by=officer.actor)
        disruptions.withdraw(disruption.pk, by=officer.actor)
        disruption.refresh_from_db()
        assert disruption.closed_at
        assert disruption.withdrawn_at
        assert row_of(booking).state == AffectedState.KEPT
        assert not CallTask.objects.open().exists()
        assert booked(make_resident("시연 둘째"), day, at(16)).pk
        assert untold(disruption) == 0

    def test_not_after_somebody_was_moved(self, officer, make_resident):
        day = clinic_day()
        seat(day)
        booking = booked(make_resident(), day)
        disruption = absent(day, officer)
        worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        with pytest.raises(Refused, match="거둘 수 없습니다"):
            disruptions.withdraw(disruption.pk, by=officer.actor)
        assert Sitting.objects.filter(is_absent=True).count() == 1

    def test_not_after_somebody_was_told_on_the_phone(self, officer, make_resident):
        day = clinic_day()
        booking = booked(make_resident(phone=LANDLINE), day)
        disruption = absent(day, officer)
        worklist.put_on_call_list(row_of(booking).pk, by=officer.actor)
        close_call(
            CallTask.objects.get(notice__kind="consultations/notices/affected").pk, CallOutcome.TOLD, by=officer.actor
        )
        with pytest.raises(Refused, match="거둘 수 없습니다"):
            disruptions.withdraw(disruption.pk, by=officer.actor)

    def test_twice(self, officer):
        disruption = absent(clinic_day(), officer)
        disruptions.withdraw(disruption.pk, by=officer.actor)
        with pytest.raises(Refused, match="이미 거두었습니다"):
            disruptions.withdraw(disruption.pk, by=officer.actor)

    def test_an_absence_can_be_reported_again_afterwards(self, officer, make_resident):
        day = clinic_day()
        booked(make_resident(), day)
        disruptions.withdraw(absent(day, officer).pk, by=officer.actor)
        assert untold(absent(day, officer)) == 1


class TestColleague:
    def test_same_time_somebody_else(self, officer, make_resident):
        day = clinic_day("LAW")
        other = seat(day, name="시연 다른변호")
        booking = booked(make_resident(), day)
        absent(day, officer)
        worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        booking.refresh_from_db()
        assert advisers_of(booking) == {other.adviser_id}
        assert booking.starts_at == at(15, 20)
        row = row_of(booking)
        assert (row.state, row.settled_by) == (AffectedState.COLLEAGUE, officer)
        notice = Notice.objects.get(once_key=row.notice_key)
        assert notice.short == (
            "[김제시] 11월 23일(월) 오후 3시 20분\n다른 분이 상담해드립니다.\n시간·장소는 같습니다."
        )
        assert cp949_bytes(notice.short) <= 90
        assert "상담하는 분: 마을변호사 시연 다른변호" in notice.body
        today = Notice.objects.get(kind="consultations/notices/today")
        assert today.state == NoticeState.QUEUED
        assert "reassigned" in {entry.move for entry in HistoryEntry.objects.filter(subject_id=str(booking.pk))}

    def test_the_list_ends_at_zero_when_the_text_is_sent(self, officer, make_resident):
        day = clinic_day("LAW")
        seat(day)
        booking = booked(make_resident(), day)
        disruption = absent(day, officer)
        worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        assert untold(disruption) == 1
        dispatch_due()
        assert untold(disruption) == 0
        assert Disruption.objects.open().exists()
        tasks.tend_worklists()
        assert not Disruption.objects.open().exists()
        tasks.tend_worklists()
        closed = HistoryEntry.objects.filter(subject_kind="consultations.disruption", move="closed")
        assert closed.count() == 1

    def test_a_busy_colleague_and_another_time(self, officer, make_resident):
        day = clinic_day("LAW")
        seat(day)
        first, second = booked(make_resident(), day), booked(make_resident("시연 둘째"), day)
        disruption = absent(day, officer)
        (affected,) = disruption.affected.order_by("pk")
        hit = affected.booking
        with pytest.raises(Refused, match="같은 시간에 맡을 분이 없습니다") as refused:
            worklist.give_to_colleague(affected.pk, by=officer.actor)
        assert refused.value.conflict
        line = affected_lines(disruption)[0]
        assert not line.ways.has_colleague
        assert [timezone.localtime(one.starts_at).time() for one in line.ways.same_day] == [
            time(15),
            time(15, 40),
            time(16),
            time(16, 20),
            time(16, 40),
        ]
        worklist.give_to_colleague(affected.pk, by=officer.actor, starts_at=at(16))
        hit.refresh_from_db()
        assert hit.starts_at == at(16)
        row = row_of(hit)
        assert row.state == AffectedState.COLLEAGUE
        assert "상담 예약 변경" in Notice.objects.get(once_key=row.notice_key).short
        assert {first.pk, second.pk} >= {hit.pk}

    def test_nobody_of_the_kind_that_day(self, officer, make_resident):
        day = clinic_day()
        booking = booked(make_resident(), day)
        absent(day, officer)
        with pytest.raises(Refused, match="그날은 맡을 분이 없습니다"):
            worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        assert row_of(booking).state == AffectedState.OPEN

    def test_a_joint_booking_keeps_who_can_come(self, officer, make_resident):
        day = clinic_day()
        stays = day.sittings.get(adviser__kind="TAX")
        seat(day, "TAX", "시연 가세무")
        other = seat(day)
        booking = booked(make_resident(), day, kind="BOTH")
        absent(day, officer)
        worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        assert advisers_of(booking) == {stays.adviser_id, other.adviser_id}

    def test_a_joint_booking_gets_both_or_none(self, officer, make_resident):
        """Both advisers stay away, a colleague for one of them alone is no help."""
        day = clinic_day()
        booking = booked(make_resident(), day, kind="BOTH")
        before = advisers_of(booking)
        absent(day, officer)
        absent(day, officer, "TAX")
        seat(day)
        rows = list(Affected.objects.filter(booking=booking).order_by("pk"))
        assert len(rows) == 2
        with pytest.raises(Refused, match="맡을 분이 없습니다"):
            worklist.give_to_colleague(rows[0].pk, by=officer.actor)
        assert advisers_of(booking) == before
        assert (told_of(day).people, told_of(day).untold) == (1, 1)
        seat(day, "TAX", "시연 새세무")
        worklist.give_to_colleague(rows[0].pk, by=officer.actor)
        assert not advisers_of(booking) & before
        states = Affected.objects.filter(booking=booking).order_by("pk").values_list("state", flat=True)
        assert set(states) == {AffectedState.COLLEAGUE}

    def test_the_second_officer_is_told(self, officer, make_resident):
        day = clinic_day("LAW")
        seat(day)
        booking = booked(make_resident(), day)
        absent(day, officer)
        worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        for again in (worklist.give_to_colleague, worklist.move_to_next, worklist.put_on_call_list, worklist.cancel):
            with pytest.raises(Refused, match="이미 정했습니다"):
                again(row_of(booking).pk, by=officer.actor)

    def test_when_the_colleague_falls_ill_too_they_are_told_again(self, officer, make_resident):
        day = clinic_day("LAW")
        seat(day, name="시연 둘")
        seat(day, name="시연 셋")
        booking = booked(make_resident(), day)
        absent(day, officer)
        worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        second = disruptions.report_absence(
            day.sittings.get(adviser__in=advisers_of(booking)).pk, reason="몸살", by=officer.actor
        )
        worklist.give_to_colleague(second.affected.get().pk, by=officer.actor)
        assert Notice.objects.filter(kind="consultations/notices/reassigned").count() == 2


class TestStandIn:
    def test_somebody_comes_instead_and_takes_all_bookings_at_their_times(self, officer, make_resident):
        day = clinic_day("LAW")
        bookings_made = [booked(make_resident(f"시연 {n}"), day, at(15, 20 * n)) for n in range(3)]
        disruption = absent(day, officer)
        who = adviser(name="시연 대신")
        assert stand_ins(disruption) == [who]
        disruptions.seat_stand_in(disruption.pk, who.pk, by=officer.actor)
        assert worklist.arrange_all(disruption.pk, "colleague", by=officer.actor).done == 3
        for booking in bookings_made:
            assert advisers_of(booking) == {who.pk}
        with pytest.raises(Refused, match="이미 다른 곳을 맡았거나"):
            disruptions.seat_stand_in(disruption.pk, who.pk, by=officer.actor)

    def test_nobody_who_is_busy_of_another_kind_or_out_of_term(self, officer, make_resident):
        day = clinic_day("LAW")
        elsewhere = clinic_day("LAW", where=venue("죽산면 행정복지센터"))
        disruption = absent(day, officer)
        wrong = [
            elsewhere.sittings.get().adviser,
            adviser("TAX", "시연 세무"),
            adviser(name="시연 지난", term_until=date(2026, 11, 1)),
        ]
        assert stand_ins(disruption) == []
        for who in wrong:
            with pytest.raises(Refused, match="다른 분을 골라 주세요"):
                disruptions.seat_stand_in(disruption.pk, who.pk, by=officer.actor)

    def test_not_for_a_closed_day_or_a_withdrawn_absence(self, officer):
        who = adviser(name="시연 대신")
        day = clinic_day("LAW")
        disruption = absent(day, officer)
        disruptions.withdraw(disruption.pk, by=officer.actor)
        closed = disruptions.close_day(day.pk, reason="정전", by=officer.actor)
        for one in (disruption, closed):
            with pytest.raises(Refused, match="정할 수 있는 일이 아닙니다"):
                disruptions.seat_stand_in(one.pk, who.pk, by=officer.actor)


class TestNextDay:
    @pytest.fixture
    def december(self):
        return clinic_day("LAW", on=DECEMBER)

    def test_the_next_day_at_the_same_time(self, officer, make_resident, december):
        day = clinic_day("LAW")
        clinic_day("LAW", on=date(2026, 12, 21), where=venue("죽산면 행정복지센터"))
        booking = booked(make_resident(), day)
        absent(day, officer)
        worklist.move_to_next(row_of(booking).pk, by=officer.actor)
        booking.refresh_from_db()
        assert (booking.clinic_day, booking.starts_at) == (december, at(15, 20, DECEMBER))
        assert row_of(booking).state == AffectedState.MOVED
        assert "12월 28일(월)" in Notice.objects.get(once_key=row_of(booking).notice_key).short

    def test_the_nearest_free_time_when_theirs_is_taken(self, officer, make_resident, december):
        day = clinic_day("LAW")
        booked(make_resident("시연 먼저"), december)
        booking = booked(make_resident(), day)
        absent(day, officer)
        worklist.move_to_next(row_of(booking).pk, by=officer.actor)
        booking.refresh_from_db()
        assert booking.starts_at == at(15, 0, DECEMBER)

    def test_a_full_day_is_passed_over(self, officer, make_resident, december):
        january = clinic_day("LAW", on=date(2027, 1, 25))
        for number in range(6):
            start = at(15, 0, DECEMBER) + timedelta(minutes=20 * number)
            booked(make_resident(f"시연 {number}"), december, start)
        booking = booked(make_resident(), clinic_day("LAW"))
        absent(booking.clinic_day, officer)
        worklist.move_to_next(row_of(booking).pk, by=officer.actor)
        booking.refresh_from_db()
        assert booking.clinic_day == january

    def test_a_chosen_time(self, officer, make_resident, december):
        booking = booked(make_resident(), clinic_day("LAW"))
        absent(booking.clinic_day, officer)
        worklist.move_to_next(row_of(booking).pk, by=officer.actor, to=(december.pk, at(16, 40, DECEMBER)))
        booking.refresh_from_db()
        assert booking.starts_at == at(16, 40, DECEMBER)

    def test_no_next_day(self, officer, make_resident):
        booking = booked(make_resident(), clinic_day("LAW"))
        absent(booking.clinic_day, officer)
        with pytest.raises(Refused, match="다음 상담일에 빈자리가 없습니다"):
            worklist.move_to_next(row_of(booking).pk, by=officer.actor)

    def test_who_has_a_booking_there_already_stays_with_the_reason(self, officer, make_resident, december):
        person = make_resident()
        booked(person, december, at(16, 0, DECEMBER))
        booking = booked(person, clinic_day("LAW"))
        disruption = absent(booking.clinic_day, officer)
        arranged = worklist.arrange_all(disruption.pk, "next", by=officer.actor)
        assert arranged.done == 0
        assert arranged.left[0][1].startswith("그날 이미 예약하신 상담이 있습니다.")
        assert row_of(booking).state == AffectedState.OPEN


class TestCallList:
    def test_a_call_with_the_words_to_say(self, officer, make_resident):
        booking = booked(make_resident(), clinic_day("LAW"))
        disruption = absent(booking.clinic_day, officer)
        worklist.put_on_call_list(row_of(booking).pk, by=officer.actor)
        task = CallTask.objects.get()
        assert task.due_on == timezone.localdate()
        assert "11월 23일(월) 오후 3시 20분, 만경읍 행정복지센터" in task.notice.body
        assert not Notice.objects.filter(once_key=task.notice.once_key).exclude(channel=Channel.CALL).exists()
        with pytest.raises(Refused, match="이미 '전화할 분' 목록에 있습니다"):
            worklist.put_on_call_list(row_of(booking).pk, by=officer.actor)
        dispatch_due()
        assert untold(disruption) == 1

    @pytest.mark.parametrize(
        ("outcome", "left"),
        [
            (CallOutcome.TOLD, 0),
            (CallOutcome.FAMILY_TOLD, 0),
            (CallOutcome.ABSENT, 1),
            (CallOutcome.CALL_BACK, 1),
            (CallOutcome.WRONG_NUMBER, 1),
        ],
    )
    def test_who_is_reached_is_told(self, officer, make_resident, outcome, left):
        booking = booked(make_resident(), clinic_day("LAW"))
        disruption = absent(booking.clinic_day, officer)
        worklist.put_on_call_list(row_of(booking).pk, by=officer.actor)
        close_call(CallTask.objects.get().pk, outcome, by=officer.actor)
        assert untold(disruption) == left

    def test_spoken_to_but_nothing_arranged_keeps_the_list_open(self, officer, make_resident):
        day = clinic_day("LAW")
        booking = booked(make_resident(phone=LANDLINE), day)
        clinic_day("LAW", on=DECEMBER)
        disruption = absent(day, officer)
        worklist.put_on_call_list(row_of(booking).pk, by=officer.actor)
        close_call(
            CallTask.objects.get(notice__kind="consultations/notices/affected").pk, CallOutcome.TOLD, by=officer.actor
        )
        tasks.tend_worklists()
        assert Disruption.objects.open().count() == 1
        with pytest.raises(Refused, match="정하신 대로"):
            worklist.put_on_call_list(row_of(booking).pk, by=officer.actor)
        worklist.move_to_next(row_of(booking).pk, by=officer.actor)
        moved = Notice.objects.get(once_key=row_of(booking).notice_key, channel=Channel.CALL)
        assert (moved.state, moved.why) == (NoticeState.SKIPPED, "전화로 함께 정했습니다.")
        assert untold(disruption) == 0
        assert not Disruption.objects.open().exists()

    def test_a_wrong_number_may_be_called_again_or_told_in_person(self, officer, make_resident):
        booking = booked(make_resident(), clinic_day("LAW"))
        disruption = absent(booking.clinic_day, officer)
        row = row_of(booking)
        with pytest.raises(Refused, match="먼저 어떻게 할지"):
            worklist.tell_in_person(row.pk, by=officer.actor)
        worklist.put_on_call_list(row.pk, by=officer.actor)
        close_call(CallTask.objects.get().pk, CallOutcome.WRONG_NUMBER, by=officer.actor)
        assert affected_lines(disruption)[0].told == "번호가 달라 알리지 못함"
        worklist.put_on_call_list(row.pk, by=officer.actor)
        assert CallTask.objects.open().count() == 1
        worklist.tell_in_person(row.pk, by=officer.actor)
        assert untold(disruption) == 0
        assert not CallTask.objects.open().exists()
        with pytest.raises(Refused, match="이미 알린 분"):
            worklist.tell_in_person(row.pk, by=officer.actor)

    def test_on_two_lists_because_of_one_message_once_is_enough(self, officer, make_resident):
        day = clinic_day()
        booking = booked(make_resident(), day)
        absent(day, officer)
        clinic_days.cancel_day(day.pk, reason="눈이 많이 왔습니다.", by=officer.actor)
        first, second = Affected.objects.filter(booking=booking).order_by("pk")
        assert Affected.objects.untold().count() == 2
        worklist.tell_in_person(first.pk, by=officer.actor)
        assert not Affected.objects.untold().exists()
        assert not Disruption.objects.open().exists()
        call = Notice.objects.get(once_key=second.notice_key, channel=Channel.CALL)
        assert (call.state, call.why) == (NoticeState.SKIPPED, "직접 알렸습니다.")
        with pytest.raises(Refused, match="이미 알린 분"):
            worklist.tell_in_person(second.pk, by=officer.actor)

    def test_they_do_not_want_another_day(self, officer, make_resident):
        booking = booked(make_resident(), clinic_day("LAW"))
        disruption = absent(booking.clinic_day, officer)
        worklist.cancel(row_of(booking).pk, by=officer.actor)
        booking.refresh_from_db()
        assert booking.state == BookingState.CANCELLED
        assert row_of(booking).state == AffectedState.ENDED
        disruption.refresh_from_db()
        assert disruption.closed_at

    def test_people_without_a_mobile_phone_land_there_by_themselves(self, officer, make_resident):
        day = clinic_day("LAW")
        seat(day)
        booking = booked(make_resident(phone=LANDLINE), day)
        disruption = absent(day, officer)
        worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        task = CallTask.objects.get(notice__kind="consultations/notices/reassigned")
        dispatch_due()
        assert untold(disruption) == 1
        assert affected_lines(disruption)[0].told == "전화할 분 목록에 있음"
        close_call(task.pk, CallOutcome.TOLD, by=officer.actor)
        assert untold(disruption) == 0

    def test_a_text_that_never_arrives_goes_to_the_call_list_and_the_list_opens_again(self, officer, make_resident):
        day = clinic_day("LAW")
        seat(day)
        booking = booked(make_resident(), day)
        disruption = absent(day, officer)
        worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        dispatch_due()
        tasks.tend_worklists()
        assert not Disruption.objects.open().exists()
        Notice.objects.filter(once_key=row_of(booking).notice_key).update(state=NoticeState.DEAD)
        tasks.tend_worklists()
        assert Disruption.objects.open().get() == disruption
        assert untold(disruption) == 1

    def test_who_is_forgotten_is_phoned_the_working_day_before(self, officer, make_resident, clock):
        clock("2026-11-18 10:00")
        booking = booked(make_resident(), clinic_day("LAW"))
        absent(booking.clinic_day, officer)
        assert tasks.tend_worklists() == 0
        clock("2026-11-20 09:00")  # the Friday before
        assert tasks.tend_worklists() == 1
        assert tasks.tend_worklists() == 0
        assert row_of(booking).state == AffectedState.CALLING
        assert CallTask.objects.open().count() == 1


class TestOwnChanges:
    """A citizen who moves or cancels settles the row as well."""

    def test_move(self, officer, make_resident):
        booking, december = booked(make_resident(), clinic_day("LAW")), clinic_day("LAW", on=DECEMBER)
        disruption = absent(booking.clinic_day, officer)
        bookings.move(booking.pk, december.pk, at(15, 0, DECEMBER), by=BY, is_online=True)
        row = row_of(booking)
        assert (row.state, row.settled_by) == (AffectedState.MOVED, None)
        dispatch_due()
        assert untold(disruption) == 0

    def test_cancel(self, officer, make_resident):
        booking = booked(make_resident(), clinic_day("LAW"))
        disruption = absent(booking.clinic_day, officer)
        bookings.cancel(booking.pk, by=BY, is_online=True)
        assert row_of(booking).state == AffectedState.ENDED
        assert untold(disruption) == 0


class TestBulk:
    def test_all_that_fit_and_the_others_with_their_reason(self, officer, make_resident):
        day = clinic_day("LAW")
        free_hours = {"opens_at": time(15), "closes_at": time(16), "slot_minutes": 20}
        Sitting.objects.create(clinic_day=day, adviser=adviser(name="시연 절반"), **free_hours)
        hit = lawyer(day)
        for number, start in enumerate([at(15), at(15, 20), at(16), at(16, 20)]):
            person = make_resident(f"시연 {number}", LANDLINE if number == 1 else f"+821012340{number:03d}")
            booked(person, day, start)
        assert {one.adviser_id for one in day.holds.order_by("pk")} == {hit.adviser_id}
        disruption = absent(day, officer)
        arranged = worklist.arrange_all(disruption.pk, "colleague", by=officer.actor)
        assert arranged.done == 2
        assert [(timezone.localtime(row.starts_at).hour, why[:10]) for row, why in arranged.left] == [
            (16, "같은 시간에 맡을 "),
            (16, "같은 시간에 맡을 "),
        ]
        arranged = worklist.arrange_all(disruption.pk, "next", by=officer.actor)
        assert (arranged.done, len(arranged.left)) == (0, 2)
        arranged = worklist.arrange_all(disruption.pk, "call", by=officer.actor)
        assert (arranged.done, arranged.left) == (2, [])
        dispatch_due()
        assert untold(disruption) == 3  # two to phone to settle it, one without a mobile phone
        for task in CallTask.objects.open().filter(notice__subject_kind="consultations.booking").order_by("pk"):
            if task.notice.kind in {"consultations/notices/affected", "consultations/notices/reassigned"}:
                close_call(task.pk, CallOutcome.TOLD, by=officer.actor)
        assert untold(disruption) == 0
        for row in disruption.affected.unsettled().order_by("pk"):
            worklist.cancel(row.pk, by=officer.actor)
        disruption.refresh_from_db()
        assert disruption.closed_at


class TestClosingADay:
    def test_bookings_stay_until_arranged(self, officer, make_resident):
        day, december = clinic_day(), clinic_day(on=DECEMBER)
        booking = booked(make_resident(), day, kind="BOTH")
        disruption = disruptions.close_day(day.pk, reason="물이 샙니다", by=officer.actor)
        day.refresh_from_db()
        assert day.state == ClinicDayState.CLOSED
        assert booking.is_live
        with pytest.raises(Refused):
            booked(make_resident("시연 둘째"), day, at(16))
        with pytest.raises(Refused, match="그날은 상담을 열지 않습니다"):
            worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        with pytest.raises(Refused, match="아직 정하지 않은 분이 있습니다"):
            clinic_days.reopen_booking(day.pk, by=officer.actor)
        worklist.move_to_next(row_of(booking).pk, by=officer.actor)
        booking.refresh_from_db()
        assert booking.clinic_day == december
        assert booking.holds.count() == 2
        assert told_of(day).untold == 1
        dispatch_due()
        assert told_of(day).untold == untold(disruption) == 0

    def test_twice_and_when_not_open(self, officer):
        day = clinic_day()
        disruptions.close_day(day.pk, reason="정전", by=officer.actor)
        with pytest.raises(Refused, match="이미 닫은 상담일"):
            disruptions.close_day(day.pk, reason="정전", by=officer.actor)
        review = clinic_day(on=DECEMBER, state=ClinicDayState.REVIEW)
        with pytest.raises(Refused, match="아직 예약을 받지 않은"):
            disruptions.close_day(review.pk, reason="정전", by=officer.actor)

    def test_withdrawing_opens_the_day_again_but_not_one_that_was_closed_on_purpose(self, officer):
        day, closed = clinic_day(), clinic_day(on=DECEMBER)
        clinic_days.close_booking(closed.pk, by=BY)
        for one, state in ((day, ClinicDayState.OPEN), (closed, ClinicDayState.CLOSED)):
            disruption = disruptions.close_day(one.pk, reason="정전", by=officer.actor)
            disruptions.withdraw(disruption.pk, by=officer.actor)
            one.refresh_from_db()
            assert one.state == state

    def test_what_happened_since_does_not_hide_that_a_report_closed_the_day(self, officer):
        """The state is a column: the newest line of the history may be about anything."""
        day = clinic_day()
        closed = disruptions.close_day(day.pk, reason="정전", by=officer.actor)
        Adviser.objects.update(phone="010-0000-0177")
        links.make_link(day.pk, lawyer(day).adviser_id, by=officer.actor)
        disruptions.withdraw(closed.pk, by=officer.actor)
        day.refresh_from_db()
        assert (day.state, day.reopens) == (ClinicDayState.OPEN, False)

    def test_a_day_closed_on_purpose_after_all_stays_closed(self, officer):
        day = clinic_day()
        closed = disruptions.close_day(day.pk, reason="정전", by=officer.actor)
        clinic_days.reopen_booking(day.pk, by=officer.actor)
        clinic_days.close_booking(day.pk, by=officer.actor)
        disruptions.withdraw(closed.pk, by=officer.actor)
        day.refresh_from_db()
        assert day.state == ClinicDayState.CLOSED

    def test_a_day_that_two_reports_closed_opens_with_the_second_withdrawal(self, officer):
        day = clinic_day()
        venue_shut = disruptions.close_venue(day.venue_id, MONDAY, MONDAY, reason="공사", by=officer.actor)
        Disruption.objects.create(kind="DAY_CLOSED", clinic_day=day, venue=day.venue, first_on=MONDAY, last_on=MONDAY)
        disruptions.withdraw(venue_shut.pk, by=officer.actor)
        day.refresh_from_db()
        assert (day.state, day.reopens) == (ClinicDayState.CLOSED, True)

    def test_only_a_closed_day_reopens(self):
        day = clinic_day()
        with pytest.raises(IntegrityError, match="clinic_day_that_reopens_is_closed"), transaction.atomic():
            ClinicDay.objects.filter(pk=day.pk).update(reopens=True)

    @pytest.mark.parametrize("state", [ClinicDayState.OPEN, ClinicDayState.CLOSED, ClinicDayState.REVIEW])
    def test_a_cancelled_day_is_over(self, state):
        day = clinic_day(state=ClinicDayState.CANCELLED)
        with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
            ClinicDay.objects.filter(pk=day.pk).update(state=state)

    def test_cancelling_a_day_that_is_closed_already_uses_the_same_count(self, officer, make_resident):
        day = clinic_day()
        booking = booked(make_resident(), day)
        closed = disruptions.close_day(day.pk, reason="정전", by=officer.actor)
        assert clinic_days.cancel_day(day.pk, reason="못 고침", by=officer.actor).affected.count() == 1
        states = Affected.objects.filter(booking=booking).order_by("pk").values_list("state", flat=True)
        assert set(states) == {AffectedState.CANCELLED}
        dispatch_due()
        told = told_of(day)
        assert (told.people, told.untold, untold(closed)) == (1, 1, 1)  # the text says "we will phone"
        close_call(
            CallTask.objects.get(notice__kind__endswith="city_cancelled").pk, CallOutcome.TOLD, by=officer.actor
        )
        assert (told_of(day).untold, untold(closed)) == (0, 0)
        tasks.tend_worklists()
        assert not Disruption.objects.open().exists()


class TestClosingAVenue:
    def test_all_days_of_the_period_close_and_none_are_made(self, officer, make_resident):
        place = venue()
        day, december, later = clinic_day(), clinic_day(on=DECEMBER), clinic_day(on=date(2027, 1, 25))
        elsewhere = clinic_day(on=DECEMBER, where=venue("죽산면 행정복지센터"))
        review = clinic_day(on=date(2026, 12, 21), state=ClinicDayState.REVIEW)
        people = [make_resident(f"시연 {number}") for number in range(3)]
        ours = [booked(people[0], day), booked(people[1], december)]
        booked(people[2], later)
        disruption = disruptions.close_venue(place.pk, MONDAY, DECEMBER, reason="공사", by=officer.actor)
        states = {one.pk: one.state for one in ClinicDay.objects.order_by("pk")}
        assert [states[one.pk] for one in (day, december, later, elsewhere, review)] == [
            "CLOSED",
            "CLOSED",
            "OPEN",
            "OPEN",
            "CANCELLED",
        ]
        assert [row.booking for row in disruption.affected.with_people().order_by("pk")] == ours
        worklist.arrange_all(disruption.pk, "next", by=officer.actor)
        assert {one.clinic_day_id for one in Booking.objects.order_by("pk")} == {later.pk}
        dispatch_due()
        assert untold(disruption) == 0
        ClinicDay.objects.filter(on=date(2026, 12, 21)).delete()
        rule(venues=(place,), nth=3)
        made = clinic_days.make_clinic_days(date(2027, 1, 31), by=BY)
        assert {one.on for one in made.days} == {date(2027, 1, 18)}

    def test_overlapping_periods_and_nonsense_are_refused(self, officer):
        place = venue()
        disruptions.close_venue(place.pk, MONDAY, DECEMBER, reason="공사", by=officer.actor)
        with pytest.raises(Refused, match="그 기간에 이미 닫았습니다") as refused:
            disruptions.close_venue(place.pk, DECEMBER, DECEMBER, reason="공사", by=officer.actor)
        assert refused.value.conflict
        with pytest.raises(Refused, match="앞섭니다"):
            disruptions.close_venue(place.pk, DECEMBER, MONDAY, reason="공사", by=officer.actor)
        with pytest.raises(Refused, match="이미 지난 기간"):
            disruptions.close_venue(place.pk, date(2026, 1, 1), date(2026, 1, 2), reason="공사", by=officer.actor)

    def test_withdrawn_the_place_may_close_again(self, officer):
        day = clinic_day()
        disruption = disruptions.close_venue(day.venue_id, MONDAY, MONDAY, reason="공사", by=officer.actor)
        disruptions.withdraw(disruption.pk, by=officer.actor)
        day.refresh_from_db()
        assert day.state == ClinicDayState.OPEN
        assert disruptions.close_venue(day.venue_id, MONDAY, MONDAY, reason="공사", by=officer.actor).pk


class TestWaitingLine:
    def fill(self, day, make_resident, kind="LAW", count=6):
        starts = [at(15, 0, day.on) + timedelta(minutes=20 * number) for number in range(count)]
        return [booked(make_resident(f"시연 {kind}{n}"), day, start, kind=kind) for n, start in enumerate(starts)]

    def wait(self, day, person, kind="LAW"):
        wish = Wish(BookingKind(kind), consents={str(kind): given for kind, given in CONSENTS.items()})
        return waiting.join(day.pk, wish, hour=WaitingHour.ANY, resident=person, by=BY, source=Source.WEB)

    def test_an_offer_with_the_absent_adviser_is_taken_back_and_they_are_told(self, officer, make_resident, clock):
        clock("2026-11-16 10:00")
        day = clinic_day("LAW")
        live = self.fill(day, make_resident)
        in_line = self.wait(day, make_resident("시연 대기"))
        bookings.cancel(live[2].pk, by=BY)
        in_line.refresh_from_db()
        assert in_line.state == WaitingState.OFFERED
        late = Sitting.objects.create(
            clinic_day=day, adviser=adviser(name="시연 늦게"), opens_at=time(17), closes_at=time(18), slot_minutes=20
        )
        absent(day, officer)
        in_line.refresh_from_db()
        offer, anew = SeatOffer.objects.order_by("pk")
        assert offer.state == OfferState.WITHDRAWN
        assert not offer.holds.exists()
        told = Notice.objects.get(kind="consultations/notices/waiting_withdrawn")
        assert told.short == "[김제시] 안내한 빈자리를 드리지 못합니다. 대기 순서는 그대로입니다."
        assert (in_line.state, anew.state, anew.starts_at) == (WaitingState.OFFERED, OfferState.OPEN, at(17))
        assert anew.holds.get().adviser_id == late.adviser_id

    def test_who_waits_for_a_kind_nobody_sits_for_is_told_that_it_ends(self, officer, make_resident, clock):
        clock("2026-11-16 10:00")
        day = clinic_day()
        self.fill(day, make_resident)
        in_line = self.wait(day, make_resident("시연 대기"))
        absent(day, officer)
        in_line.refresh_from_db()
        assert in_line.state == WaitingState.ENDED
        assert "대기를 마칩니다" in Notice.objects.get(kind="consultations/notices/waiting_ended").short

    def test_nobody_waits_for_a_closed_day(self, officer, make_resident, clock):
        clock("2026-11-16 10:00")
        day = clinic_day("LAW")
        live = self.fill(day, make_resident)
        in_line = self.wait(day, make_resident("시연 대기"))
        disruptions.close_day(day.pk, reason="정전", by=officer.actor)
        bookings.cancel(live[0].pk, by=BY)
        in_line.refresh_from_db()
        assert in_line.state == WaitingState.ENDED
        assert not SeatOffer.objects.exists()


class TestConflict:
    def test_onto_the_days_list_once_and_never_offered_again(self, officer, make_resident):
        day, december = clinic_day("LAW"), clinic_day("LAW", on=DECEMBER)
        booking, other = booked(make_resident(), day), booked(make_resident("시연 둘째"), day, at(16))
        who = lawyer(day).adviser
        Sitting.objects.create(
            clinic_day=december, adviser=who, opens_at=time(15), closes_at=time(17), slot_minutes=20
        )
        december.sittings.exclude(adviser=who).delete()
        row, second = (flag_conflict(one.pk, adviser=who, by=BY).booking.affected.get() for one in (booking, other))
        assert row.disruption_id == second.disruption_id
        assert row.disruption.kind == DisruptionKind.CONFLICT
        assert not lawyer(day).is_absent
        with pytest.raises(Refused, match="맡을 분이 없습니다"):
            worklist.give_to_colleague(row.pk, by=officer.actor)
        with pytest.raises(Refused, match="빈자리가 없습니다"):
            worklist.move_to_next(row.pk, by=officer.actor)
        with pytest.raises(Refused):
            bookings.move(booking.pk, december.pk, at(15, 0, DECEMBER), by=BY)
        other_one = seat(day)
        worklist.give_to_colleague(row.pk, by=officer.actor)
        assert advisers_of(booking) == {other_one.adviser_id}


class TestTables:
    @pytest.fixture
    def disruption(self, officer, make_resident):
        day = clinic_day()
        booked(make_resident(), day)
        return absent(day, officer)

    def breaks(self, name):
        return pytest.raises(IntegrityError, match=name)

    def copy(self, disruption, **fields):
        names = ("kind", "venue", "first_on", "last_on", "clinic_day", "adviser")
        return Disruption.objects.create(**{name: getattr(disruption, name) for name in names} | fields)

    def test_disruption_reported_once(self, disruption):
        with self.breaks("disruption_reported_once"):
            self.copy(disruption)

    def test_disruption_reported_once_counts_a_day_without_adviser_too(self, disruption):
        day = {"kind": DisruptionKind.DAY_CLOSED, "adviser": None}
        self.copy(disruption, **day)
        with self.breaks("disruption_reported_once"):
            self.copy(disruption, **day)

    def test_disruption_ends_after_it_begins(self, disruption):
        with self.breaks("disruption_ends_after_it_begins"):
            self.copy(disruption, last_on=date(2026, 1, 1))

    @pytest.mark.parametrize(
        "fields",
        [
            {"adviser": None},
            {"clinic_day": None},
            {"kind": DisruptionKind.DAY_CLOSED},
            {"kind": DisruptionKind.VENUE_CLOSED, "adviser": None},
        ],
    )
    def test_disruption_names_what_is_missing(self, disruption, fields):
        with self.breaks("disruption_names_what_is_missing"):
            self.copy(disruption, **fields)

    def test_disruption_withdrawn_is_closed(self, disruption):
        with self.breaks("disruption_withdrawn_is_closed"):
            Disruption.objects.update(withdrawn_at=timezone.now())

    def test_venue_closes_once_at_a_time(self, disruption):
        closed = {"kind": DisruptionKind.VENUE_CLOSED, "adviser": None, "clinic_day": None}
        self.copy(disruption, **closed)
        with self.breaks("venue_closes_once_at_a_time"):
            self.copy(disruption, **closed, last_on=DECEMBER)

    def test_affected_once(self, disruption):
        row = disruption.affected.get()
        with self.breaks("affected_once"):
            Affected.objects.create(
                disruption=disruption, booking=row.booking, clinic_day=row.clinic_day, starts_at=row.starts_at
            )

    def test_affected_settled_has_a_moment(self, disruption):
        with self.breaks("affected_settled_has_a_moment"):
            Affected.objects.update(state=AffectedState.KEPT)

    @pytest.mark.parametrize("state", [AffectedState.COLLEAGUE, AffectedState.MOVED, AffectedState.CANCELLED])
    def test_affected_is_told_by_a_message(self, disruption, state):
        with self.breaks("affected_is_told_by_a_message"):
            Affected.objects.update(state=state, settled_at=timezone.now())

    @pytest.mark.parametrize("before", list(AffectedState))
    @pytest.mark.parametrize("after", list(AffectedState))
    def test_moves(self, disruption, before, after):
        row = disruption.affected.get()
        facts = {"notice_key": "x", "settled_at": timezone.now()}
        if before != AffectedState.OPEN:
            settled = None if before in AffectedState.UNSETTLED else timezone.now()
            Affected.objects.filter(pk=row.pk).update(state=before, **{**facts, "settled_at": settled})
        settled = None if after in AffectedState.UNSETTLED else timezone.now()
        refusal = pytest.raises(InternalError, match="Invalid transition")
        is_final = before not in {"OPEN", "CALLING"}
        is_allowed = before == after or not (is_final or after == "OPEN")
        with nullcontext() if is_allowed else refusal, transaction.atomic():
            Affected.objects.filter(pk=row.pk).update(state=after, **{**facts, "settled_at": settled})


class TestTogether:
    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def day(self, transactional_db):
        return clinic_day("LAW")

    def test_two_officers_report_the_same_absence(self, day, officer, make_resident):
        booked(make_resident(), day)
        jobs = [lambda: absent_by(day, officer).kind] * 2
        assert sorted(at_once(*jobs)) == sorted([DisruptionKind.ABSENCE, disruptions.ABSENT_ALREADY])
        assert Disruption.objects.count() == Affected.objects.count() == 1

    def test_two_officers_arrange_the_same_person(self, day, officer, make_resident):
        seat(day)
        clinic_day("LAW", on=DECEMBER)
        booking = booked(make_resident(), day)
        absent(day, officer)
        row = row_of(booking)
        answers = at_once(
            lambda: worklist.give_to_colleague(row.pk, by=officer.actor).pk,
            lambda: worklist.move_to_next(row.pk, by=officer.actor).pk,
            lambda: worklist.put_on_call_list(row.pk, by=officer.actor) and None,
        )
        booking.refresh_from_db()
        assert booking.holds.count() == 1
        assert {worklist.DECIDED, queue.MOVED_MEANWHILE} & set(answers)
        assert row_of(booking).state != AffectedState.OPEN
        told = {"consultations/notices/reassigned", "consultations/notices/moved"}
        assert Notice.objects.filter(kind__in=told).count() == 1

    def test_an_absence_and_bookings_at_once_leave_nobody_unlisted(self, day, officer, make_resident):
        """Clients who got a place with the adviser before the report are on the list, the others got none."""
        people = [make_resident(f"시연 {number}", f"+82109999{number:04d}") for number in range(6)]
        starts = [at(15) + timedelta(minutes=20 * number) for number in range(6)]
        jobs = [lambda pair=pair: booked(pair[0], day, pair[1]).pk for pair in zip(people, starts, strict=True)]
        at_once(*jobs, lambda: absent_by(day, officer).pk)
        live = Booking.objects.live().order_by("pk").values_list("pk", flat=True)
        assert set(live) == set(Affected.objects.order_by("pk").values_list("booking_id", flat=True))

    def test_withdrawing_and_moving_at_once(self, day, officer, make_resident):
        clinic_day("LAW", on=DECEMBER)
        booking = booked(make_resident(), day)
        disruption = absent(day, officer)
        row = row_of(booking)
        at_once(
            lambda: disruptions.withdraw(disruption.pk, by=officer.actor).pk,
            lambda: worklist.move_to_next(row.pk, by=officer.actor).pk,
        )
        booking.refresh_from_db()
        disruption.refresh_from_db()
        is_kept = row_of(booking).state == AffectedState.KEPT
        assert is_kept == (booking.clinic_day_id == day.pk) == bool(disruption.withdrawn_at)

    def test_two_places_ask_for_the_same_stand_in(self, day, officer):
        other = clinic_day("LAW", where=venue("죽산면 행정복지센터"))
        who = adviser(name="시연 대신")
        lists = [absent(one, officer).pk for one in (day, other)]
        jobs = [lambda pk=pk: disruptions.seat_stand_in(pk, who.pk, by=officer.actor).adviser_id for pk in lists]
        answers = at_once(*jobs)
        assert sorted(map(str, answers)) == sorted([str(who.pk), disruptions.CANNOT_STAND_IN])
        assert Sitting.objects.filter(adviser=who).count() == 1

    def test_two_officers_close_the_same_place(self, day, officer):
        def close():
            return disruptions.close_venue(day.venue_id, MONDAY, DECEMBER, reason="공사", by=officer.actor).kind

        answers = at_once(close, close)
        assert sorted(answers) == sorted([DisruptionKind.VENUE_CLOSED, "이 장소는 그 기간에 이미 닫았습니다."])


def absent_by(day: ClinicDay, officer) -> Disruption:
    sitting = day.sittings.order_by("pk").first()
    return disruptions.report_absence(sitting.pk, reason="몸살", by=officer.actor)


def test_the_report_costs_the_same_for_one_and_twenty(officer, make_resident):
    day = clinic_day("LAW")
    clinic_day("LAW", on=DECEMBER)
    for number in range(4):
        seat(day, name=f"시연 {number}")
    booked(make_resident(), day)
    disruption = absent(day, officer)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            affected_lines(disruption)
        return len(queries)

    with_one = count()
    for number in range(20):
        booking = booked(make_resident(f"시연 손님 {number}"), day, at(15) + timedelta(minutes=20 * (number % 6)))
        Affected.objects.create(disruption=disruption, booking=booking, clinic_day=day, starts_at=booking.starts_at)
    assert count() == with_one <= 9


class TestOneAfterTheOther:
    """Joint consultations in turns: each adviser at a time of their own."""

    def test_the_colleague_takes_the_same_turn(self, officer, make_resident):
        day = clinic_day()
        other = seat(day)
        booking = booked(make_resident(), day, kind="BOTH", order=JointOrder.TAX_FIRST)
        tax = booking.holds.get(adviser__kind="TAX")
        absent(day, officer)
        worklist.give_to_colleague(row_of(booking).pk, by=officer.actor)
        booking.refresh_from_db()
        assert (booking.joint_order, booking.minutes) == (JointOrder.TAX_FIRST, 40)
        assert booking.holds.get(adviser__kind="TAX").period == tax.period
        assert booking.holds.get(adviser__kind="LAW").adviser_id == other.adviser_id
        assert booking.holds.get(adviser__kind="LAW").period.lower == at(15, 40)

    def test_moved_to_a_day_where_only_turns_are_free(self, officer, make_resident):
        day, december = clinic_day(), clinic_day(on=DECEMBER)
        for number in range(3):
            start = at(15, 0, DECEMBER) + timedelta(minutes=40 * number)
            booked(make_resident(f"시연 법률 {number}"), december, start, kind="LAW")
            booked(make_resident(f"시연 세금 {number}"), december, start + timedelta(minutes=20), kind="TAX")
        booking = booked(make_resident(), day, at(15, 20), kind="BOTH")
        disruption = disruptions.close_day(day.pk, reason="정전", by=officer.actor)
        place = affected_lines(disruption)[0].ways.next
        assert place is not None
        assert place.order != JointOrder.SAME
        assert place.value.endswith(f"-{place.order.value}")
        worklist.move_to_next(row_of(booking).pk, by=officer.actor)
        booking.refresh_from_db()
        assert (booking.clinic_day, booking.joint_order) == (december, place.order)
        assert booking.holds.count() == 2
