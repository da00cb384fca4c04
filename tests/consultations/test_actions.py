"""The verbs of bookings and clinic days: done, refused, twice, and two at once."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from consultations.actions import bookings, clinic_days, queue
from consultations.enums import BookingKind, BookingState, ClinicDayState, ConsentKind, FollowUp, JointOrder, Source
from consultations.models import Booking, ClinicDay, Hold
from services.actions.moves import lock
from services.enums.people import Role
from services.models import Consent, HistoryEntry, Notice
from services.rules.refusal import Refused
from tests.consultations.factories import BY, CONSENTS, EVE, MONDAY, adviser, at, booked, clinic_day, rule, venue

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 28)


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


def moves(booking: Booking) -> list[str]:
    entries = HistoryEntry.objects.filter(subject_kind="consultations.booking", subject_id=str(booking.pk))
    return list(entries.order_by("seq").values_list("move", flat=True))


def taken() -> set[tuple[str, str]]:
    holds = Hold.objects.select_related("adviser").order_by("pk")
    return {(hold.adviser.kind, f"{timezone.localtime(hold.period.lower):%H:%M}") for hold in holds}


class TestBooking:
    def test_a_slot_is_held_and_everything_follows(self, make_resident):
        booking = booked(make_resident(), clinic_day())
        assert booking.state == BookingState.CONFIRMED
        assert len(booking.reference) == 6
        assert booking.shown_reference == f"{booking.reference[:3]}-{booking.reference[3:]}"
        assert taken() == {("LAW", "15:20")}
        assert moves(booking) == ["booked"]
        assert set(Notice.objects.values_list("kind", flat=True).order_by("pk")) == {
            "consultations/notices/booked",
            "consultations/notices/ahead",
            "consultations/notices/reminder",
            "consultations/notices/today",
        }
        assert {consent.kind: consent.is_given for consent in Consent.objects.of(booking).all()} == CONSENTS

    def test_a_joint_wish_takes_both_advisers_or_none(self, make_resident):
        day = clinic_day()
        booked(make_resident(), day, kind=BookingKind.TAX)
        with pytest.raises(Refused) as refused:
            booked(make_resident("시연 둘째"), day, kind=BookingKind.BOTH)
        assert refused.value.conflict
        assert taken() == {("TAX", "15:20")}
        joint = booked(make_resident("시연 셋째"), day, at(15, 40), kind=BookingKind.BOTH)
        assert joint.holds.count() == 2
        assert taken() == {("TAX", "15:20"), ("TAX", "15:40"), ("LAW", "15:40")}

    def test_a_joint_wish_may_meet_one_adviser_after_the_other(self, make_resident):
        day = clinic_day()
        booked(make_resident("시연 하나"), day, kind=BookingKind.LAW)
        joint = booked(make_resident(), day, kind=BookingKind.BOTH, order=JointOrder.TAX_FIRST)
        assert taken() == {("LAW", "15:20"), ("TAX", "15:20"), ("LAW", "15:40")}
        assert (joint.minutes, joint.turns) == (40, "세무사 오후 3시 20분, 변호사 오후 3시 40분")
        text = Notice.objects.get(subject_id=str(joint.pk), kind="consultations/notices/booked").body
        assert "오후 3시 20분부터 40분\n순서: 세무사 오후 3시 20분, 변호사 오후 3시 40분\n장소" in text
        with pytest.raises(Refused, match="방금 다른 분이"):  # half of it is taken
            booked(make_resident("시연 셋"), day, kind=BookingKind.BOTH, order=JointOrder.LAW_FIRST)
        assert Hold.objects.count() == 3

    def test_one_after_the_other_does_not_fit_at_the_end_of_the_day(self, make_resident):
        with pytest.raises(Refused, match="고르신 상담 시간이 없습니다"):
            booked(make_resident(), clinic_day(), at(16, 40), kind=BookingKind.BOTH, order=JointOrder.TAX_FIRST)

    def test_a_joint_booking_moves_from_turns_to_together(self, make_resident):
        day = clinic_day()
        joint = booked(make_resident(), day, kind=BookingKind.BOTH, order=JointOrder.LAW_FIRST)
        moved = bookings.move(joint.pk, day.pk, at(15, 20), by=BY)  # the same start, now at once
        assert (moved.minutes, moved.turns, moved.sequence) == (20, "", 1)
        assert taken() == {("LAW", "15:20"), ("TAX", "15:20")}

    def test_tax_and_law_of_one_time_go_to_two_people(self, make_resident):
        day = clinic_day()
        booked(make_resident(), day, kind=BookingKind.TAX)
        booked(make_resident("시연 둘째"), day, kind=BookingKind.LAW)
        assert taken() == {("TAX", "15:20"), ("LAW", "15:20")}

    def test_who_does_not_know_is_given_the_lawyer(self, make_resident):
        booked(make_resident(), clinic_day(), kind=BookingKind.UNSURE)
        assert taken() == {("LAW", "15:20")}

    def test_the_second_at_one_time_gets_a_calm_conflict(self, make_resident):
        day = clinic_day()
        booked(make_resident(), day)
        with pytest.raises(Refused, match="방금 다른 분이 이 시간을 예약했습니다") as refused:
            booked(make_resident("시연 둘째"), day)
        assert refused.value.conflict
        assert Booking.objects.count() == 1

    def test_who_comes_after_the_last_place_is_told_so(self, make_resident):
        day = clinic_day("LAW")
        for number in range(6):
            booked(make_resident(f"시연 {number}"), day, at(15) + timedelta(minutes=20 * number))
        with pytest.raises(Refused, match="방금 마지막 자리가 찼습니다"):
            booked(make_resident("시연 늦음"), day, at(16))

    def test_once_a_day_for_one_person(self, make_resident):
        resident = make_resident()
        booked(resident, clinic_day())
        elsewhere = clinic_day(where=venue("죽산면 행정복지센터"))
        with pytest.raises(Refused, match="그날 이미 예약하신 상담이 있습니다"):
            booked(resident, elsewhere, at(16))
        assert taken() == {("LAW", "15:20")}

    @pytest.mark.parametrize("state", [ClinicDayState.REVIEW, ClinicDayState.CLOSED])
    def test_a_day_that_is_not_open(self, make_resident, state):
        with pytest.raises(Refused, match="이 날짜는 아직 예약을 받지 않습니다"):
            booked(make_resident(), clinic_day(state=state))

    @pytest.mark.parametrize(("hour", "minute"), [(15, 10), (14, 40), (17, 0), (3, 0)])
    def test_a_time_that_nobody_offers(self, make_resident, hour, minute):
        with pytest.raises(Refused, match="고르신 상담 시간이 없습니다"):
            booked(make_resident(), clinic_day(), at(hour, minute))

    def test_a_kind_that_nobody_offers(self, make_resident):
        with pytest.raises(Refused, match="고르신 상담 시간이 없습니다"):
            booked(make_resident(), clinic_day("LAW"), kind=BookingKind.BOTH)

    def test_an_absent_adviser_offers_nothing(self, make_resident):
        day = clinic_day("LAW")
        day.sittings.update(is_absent=True)
        with pytest.raises(Refused):
            booked(make_resident(), day)

    def test_a_slot_in_the_past(self, make_resident, clock):
        day = clinic_day()
        clock("2026-11-23 15:20")
        with pytest.raises(Refused, match="이미 지났습니다"):
            booked(make_resident(), day)

    @pytest.mark.parametrize("missing", ConsentKind.REQUIRED)
    def test_required_consent_is_asked_for_on_the_web(self, make_resident, missing):
        with pytest.raises(Refused) as refused:
            booked(make_resident(), clinic_day(), consents={**CONSENTS, missing: False})
        assert refused.value.field == missing
        assert not taken()

    def test_needs_are_kept_only_with_consent(self, make_resident):
        day = clinic_day()
        without = booked(make_resident(), day, needs=["WHEELCHAIR"])
        consents = {**CONSENTS, ConsentKind.HEALTH: True}
        with_consent = booked(make_resident("시연 둘째"), day, at(16), needs=["WHEELCHAIR"], consents=consents)
        assert (without.needs, with_consent.needs) == ([], ["WHEELCHAIR"])

    def test_staff_book_without_web_consents(self, make_resident):
        assert booked(make_resident(), clinic_day(), consents={}, source=Source.PHONE).pk

    def test_a_taken_reference_is_not_given_twice(self, make_resident, monkeypatch):
        numbers = iter([5, 5, 6])
        monkeypatch.setattr("services.actions.references.secrets.randbelow", lambda _: next(numbers))
        day = clinic_day()
        first, second = booked(make_resident(), day), booked(make_resident("시연 둘째"), day, at(16))
        assert (first.reference, second.reference) == ("100005", "100006")


class TestChanging:
    def test_cancelling_gives_the_time_back(self, make_resident):
        day = clinic_day()
        booking = booked(make_resident(), day)
        bookings.cancel(booking.pk, by=BY, reason="DATE")
        booking.refresh_from_db()
        assert (booking.state, booking.cancel_reason) == (BookingState.CANCELLED, "DATE")
        assert not taken()
        assert booked(make_resident("시연 둘째"), day).pk
        assert moves(booking) == ["booked", "cancelled"]

    def test_cancelling_twice_is_calm(self, make_resident):
        booking = booked(make_resident(), clinic_day())
        bookings.cancel(booking.pk, by=BY)
        with pytest.raises(Refused, match="이미 취소된 예약입니다") as refused:
            bookings.cancel(booking.pk, by=BY)
        assert refused.value.conflict
        assert moves(booking) == ["booked", "cancelled"]

    def test_who_cancelled_may_book_the_same_day_again(self, make_resident):
        day, resident = clinic_day(), make_resident()
        bookings.cancel(booked(resident, day).pk, by=BY)
        assert booked(resident, day).is_live

    @pytest.mark.parametrize("verb", ["cancel", "move"])
    def test_too_late_online_but_not_for_staff(self, make_resident, clock, verb):
        day = clinic_day()
        booking = booked(make_resident(), day)
        clock("2026-11-23 12:21")
        change = (booking.pk, day.pk, at(16)) if verb == "move" else (booking.pk,)
        with pytest.raises(Refused, match="전화해 주세요"):
            getattr(bookings, verb)(*change, by=BY, is_online=True)
        assert getattr(bookings, verb)(*change, by=BY).pk == booking.pk

    def test_moving_frees_the_old_time_and_keeps_the_number(self, make_resident):
        first, second = clinic_day(), clinic_day(on=DECEMBER)
        booking = booked(make_resident(), first, kind=BookingKind.BOTH)
        moved = bookings.move(booking.pk, second.pk, at(16, on=DECEMBER), by=BY)
        assert (moved.reference, moved.on, moved.sequence) == (booking.reference, DECEMBER, 1)
        assert taken() == {("TAX", "16:00"), ("LAW", "16:00")}
        assert moves(booking) == ["booked", "moved"]

    def test_moving_onto_a_taken_time_changes_nothing(self, make_resident):
        day = clinic_day()
        booked(make_resident("시연 둘째"), day, at(16))
        booking = booked(make_resident(), day)
        with pytest.raises(Refused, match="방금 다른 분이"):
            bookings.move(booking.pk, day.pk, at(16), by=BY)
        booking.refresh_from_db()
        assert (booking.starts_at, booking.sequence) == (at(15, 20), 0)
        assert booking.holds.count() == 1
        assert not Notice.objects.filter(state="skipped").exists()

    def test_moving_to_where_it_is_changes_nothing(self, make_resident):
        day = clinic_day()
        booking = booked(make_resident(), day)
        assert bookings.move(booking.pk, day.pk, at(15, 20), by=BY).sequence == 0
        assert moves(booking) == ["booked"]

    def test_a_cancelled_booking_cannot_move(self, make_resident):
        day = clinic_day()
        booking = booked(make_resident(), day)
        bookings.cancel(booking.pk, by=BY)
        with pytest.raises(Refused, match="이미 취소된"):
            bookings.move(booking.pk, day.pk, at(16), by=BY)
        assert not taken()


def test_a_booking_that_was_moved_while_we_waited_for_its_day_is_left_alone(make_resident, monkeypatch):
    """Its new day is not locked: whoever is served there now must not be disturbed."""
    booking, december = booked(make_resident(), clinic_day()), clinic_day(on=date(2026, 12, 28))

    def moved_meanwhile(rows, pk):
        Booking.objects.filter(pk=pk).update(clinic_day=december)
        return lock(rows, pk)

    monkeypatch.setattr(queue, "lock", moved_meanwhile)
    with pytest.raises(Refused, match="다른 날로 옮겨졌습니다") as refused:
        bookings.cancel(booking.pk, by=BY)
    assert refused.value.conflict
    booking.refresh_from_db()
    assert booking.is_live


class TestOnTheDay:
    def test_arrive_and_complete(self, make_resident, clock):
        booking = booked(make_resident(), clinic_day())
        clock("2026-11-23 15:10")
        bookings.check_in(booking.pk, by=BY)
        bookings.check_in(booking.pk, by=BY)
        done = bookings.complete(booking.pk, by=BY)
        assert (done.state, done.arrived_at) == (BookingState.VISIT_DONE, at(15, 10))
        assert moves(booking) == ["booked", "arrived", "completed"]

    def test_missed_only_after_the_start(self, make_resident, clock):
        booking = booked(make_resident(), clinic_day())
        with pytest.raises(Refused, match="아직 상담 시간이"):
            bookings.mark_missed(booking.pk, by=BY)
        clock("2026-11-23 15:45")
        assert bookings.mark_missed(booking.pk, by=BY).state == BookingState.MISSED
        notice = Notice.objects.get(kind="consultations/notices/missed")
        assert timezone.localtime(notice.next_at) == at(10, on=MONDAY + timedelta(days=1))

    def test_two_clerks_at_once(self, make_resident, clock):
        booking = booked(make_resident(), clinic_day())
        clock("2026-11-23 15:45")
        bookings.complete(booking.pk, by=BY)
        with pytest.raises(Refused, match=r"먼저 고쳤습니다\(상담 마침\)"):
            bookings.complete(booking.pk, by=BY)
        with pytest.raises(Refused):
            bookings.mark_missed(booking.pk, by=BY)

    def test_out_of_scope_gives_the_time_back(self, make_resident):
        booking = booked(make_resident(), clinic_day())
        assert bookings.set_out_of_scope(booking.pk, FollowUp.TAX_CENTRE, by=BY).state == BookingState.OUT_OF_SCOPE
        assert not taken()


class TestMakingClinicDays:
    @pytest.fixture
    def places(self):
        return tuple(
            venue(f"{name} 행정복지센터", order=order)
            for order, name in enumerate(["만경읍", "죽산면", "백산면"], start=1)
        )

    def make(self, until: date) -> clinic_days.Made:
        return clinic_days.make_clinic_days(until, by=BY)

    def test_the_coming_fourth_mondays_with_their_advisers(self, places):
        for place in places:
            adviser(name=f"시연 {place}", venue=place)
        adviser("TAX", "시연 세무사")
        rule(venues=places)
        rule("TAX", venues=places)
        made = self.make(date(2027, 1, 31))
        assert {day.on for day in made.days} == {MONDAY, DECEMBER, date(2027, 1, 25)}
        assert len(made.days) == 9
        for on in (MONDAY, DECEMBER, date(2027, 1, 25)):
            days = ClinicDay.objects.filter(on=on).order_by("pk")
            kinds = [sorted(one.adviser.kind for one in day.sittings.select_related("adviser")) for day in days]
            assert sorted(kinds) == [["LAW"], ["LAW"], ["LAW", "TAX"]]

    def test_a_second_run_makes_nothing(self, places):
        rule(venues=places)
        assert len(self.make(DECEMBER).days) == 6
        assert not self.make(DECEMBER).days
        assert HistoryEntry.objects.filter(subject_kind="consultations.clinicday").count() == 6

    def test_a_holiday_makes_none(self, places, clock):
        clock("2026-05-01 10:00")
        rule(venues=places)
        made = self.make(date(2026, 6, 30))
        assert made.holidays == {date(2026, 5, 25)}
        assert {day.on for day in made.days} == {date(2026, 6, 22)}

    def test_a_day_in_an_election_window_waits_for_a_basis(self, places):
        rule(venues=places[:1])
        self.make(date(2027, 3, 31))
        states = dict(ClinicDay.objects.order_by("on").values_list("on", "state"))
        assert states[date(2027, 1, 25)] == ClinicDayState.OPEN
        assert states[date(2027, 2, 22)] == states[date(2027, 3, 22)] == ClinicDayState.REVIEW

    def test_a_rule_ends_with_its_period(self, places):
        rule(venues=places[:1], valid_until=date(2026, 12, 1))
        assert [day.on for day in self.make(date(2027, 1, 31)).days] == [MONDAY]

    def test_tax_alone_makes_days_only_where_somebody_sits(self, places):
        adviser("TAX", "시연 세무사")
        rule("TAX", venues=places)
        assert len(self.make(MONDAY).days) == 1

    def test_an_adviser_whose_term_is_over_does_not_sit(self, places):
        adviser(venue=places[0], term_until=date(2026, 11, 1))
        rule(venues=places[:1])
        (day,) = self.make(MONDAY).days
        assert not day.sittings.exists()


class TestElectionBasis:
    @pytest.fixture
    def day(self):
        return clinic_day(state=ClinicDayState.REVIEW, election="제23대 국회의원선거")

    def test_an_officer_opens_it_with_basis_and_document(self, day, make_staff):
        user = make_staff(Role.CONSULTATION_OFFICER)
        clinic_days.record_basis([day.pk], basis="조례 1311호", document="기획-123", by=user.actor)
        day.refresh_from_db()
        assert (day.state, day.decided_by, day.legal_basis) == (ClinicDayState.OPEN, user, "조례 1311호")
        entry = HistoryEntry.objects.get(subject_kind="consultations.clinicday", move="basis_recorded")
        assert entry.actor_key == str(user.pk)

    @pytest.mark.parametrize(("basis", "document"), [("", "기획-123"), ("조례", " "), ("", "")])
    def test_not_without_both(self, day, make_staff, basis, document):
        with pytest.raises(Refused, match="선거 기간 확인이 끝나지 않아"):
            clinic_days.record_basis([day.pk], basis=basis, document=document, by=make_staff().actor)

    def test_the_second_officer_is_told(self, day, make_staff):
        user = make_staff()
        clinic_days.record_basis([day.pk], basis="조례", document="1", by=user.actor)
        with pytest.raises(Refused, match=r"먼저 고쳤습니다\(선거 기간 근거 적음\)") as refused:
            clinic_days.record_basis([day.pk], basis="조례", document="1", by=user.actor)
        assert refused.value.conflict


def test_closing_and_reopening_a_day(make_resident):
    day, resident = clinic_day(), make_resident()
    clinic_days.close_booking(day.pk, by=BY)
    with pytest.raises(Refused):
        booked(resident, day)
    clinic_days.reopen_booking(day.pk, by=BY)
    assert booked(resident, day).pk
    with pytest.raises(Refused):
        clinic_days.reopen_booking(day.pk, by=BY)
