"""The waiting list: a freed place goes to the first in line, is really held, and nobody loses a rank."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from consultations import tasks
from consultations.actions import bookings, clinic_days, disruptions, waiting
from consultations.actions.wishes import Wish
from consultations.enums import BookingKind, OfferState, Source, Topic, WaitingHour, WaitingState
from consultations.models import Booking, ClinicDay, Hold, SeatOffer, Waiting
from consultations.rules.deadlines import offer_until
from services.enums.notices import Channel, NoticeState
from services.enums.people import Role
from services.models import Consent, HistoryEntry, Notice, Resident
from services.rules.refusal import Refused
from tests.consultations.factories import BY, CONSENTS, EVE, at, booked, clinic_day, url, venue
from tests.consultations.test_race import at_once, people

STARTS = [at(15) + timedelta(minutes=20 * number) for number in range(6)]


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


def full_day(*kinds: str, kind: str = "LAW") -> tuple[ClinicDay, list[Booking]]:
    """A clinic day on which every time is taken."""
    day = clinic_day(*(kinds or ("LAW",)))
    owners = [Resident.objects.create(name=f"시연 주인 {n}", phone=f"+8210555{n:05d}") for n in range(6)]
    return day, [booked(one, day, start, kind=kind) for one, start in zip(owners, STARTS, strict=True)]


def in_line(resident: Resident, day: ClinicDay, *, kind: str = "LAW", hour: str = "ANY", **wish: object) -> Waiting:
    facts = {"topic": Topic.LEASE, "consents": CONSENTS, **wish}
    return waiting.join(
        day.pk,
        Wish(BookingKind(kind), **facts),  # type: ignore[arg-type]
        hour=WaitingHour(hour),
        resident=resident,
        by=BY,
        source=Source.WEB,
    )


def moves(row: Waiting) -> list[str]:
    entries = HistoryEntry.objects.filter(subject_kind="consultations.waiting", subject_id=str(row.pk))
    return [one.move for one in entries.order_by("seq")]


def notices(row: Waiting) -> list[str]:
    rows = Notice.objects.filter(subject_kind="consultations.waiting", subject_id=str(row.pk)).order_by("pk")
    return [one.kind.rpartition("/")[2] for one in rows]


@pytest.mark.django_db
class TestLine:
    def test_a_freed_place_is_held_for_the_first_and_becomes_their_booking(self):
        day, taken = full_day()
        first, second = people(2)
        one, two = in_line(first, day, question="보증금"), in_line(second, day)
        assert (one.rank, two.rank) == (1, 2)
        bookings.cancel(taken[2].pk, by=BY)
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.state, two.state) == (WaitingState.OFFERED, WaitingState.WAITING)
        offer = one.offers.get()
        assert (offer.starts_at, offer.until) == (STARTS[2], timezone.now() + timedelta(hours=24))
        with pytest.raises(Refused, match="마지막 자리"):
            booked(second, day, STARTS[2])
        booking = waiting.accept(one.pk, by=first.actor)
        assert (booking.reference, booking.starts_at, booking.source) == (one.reference, STARTS[2], Source.WAITING)
        assert booking.question == "보증금"
        assert booking.holds.count() == 1
        assert Consent.objects.of(booking).count() == len(CONSENTS)
        assert moves(one) == ["waiting", "offered", "accepted"]
        assert notices(one) == ["waiting_received", "waiting_offer"]
        assert Notice.objects.filter(subject_id=str(booking.pk), kind="consultations/notices/booked").count() == 1
        assert two.rank == 1

    def test_declining_and_silence_pass_the_place_on_and_keep_the_rank(self, clock):
        day, taken = full_day()
        one, two = (in_line(person, day) for person in people(2))
        bookings.cancel(taken[0].pk, by=BY)
        waiting.decline(one.pk, by=BY)
        two.refresh_from_db()
        assert two.state == WaitingState.OFFERED
        assert one.rank == 1
        clock("2026-11-21 10:01")
        assert tasks.expire_offers() == 1
        assert tasks.expire_offers() == 0
        two.refresh_from_db()
        assert two.state == WaitingState.WAITING
        assert notices(two) == ["waiting_received", "waiting_offer", "waiting_lapsed"]
        assert not Hold.objects.filter(offer__isnull=False).exists()  # both let it pass: it is open to everybody
        bookings.cancel(taken[1].pk, by=BY)
        one.refresh_from_db()
        assert one.state == WaitingState.OFFERED  # another place: the first in line is asked first again
        assert moves(one) == ["waiting", "offered", "declined", "offered"]

    def test_a_place_that_is_freed_anew_may_be_offered_to_the_same_person_again(self):
        day, taken = full_day()
        (one,) = (in_line(person, day) for person in people(1))
        bookings.cancel(taken[0].pk, by=BY)
        waiting.decline(one.pk, by=BY)
        other = Resident.objects.create(name="시연 다른 분", phone="+821044440000")
        again = booked(other, day, STARTS[0])
        bookings.cancel(again.pk, by=BY)
        assert [offer.state for offer in one.offers.order_by("pk")] == [OfferState.DECLINED, OfferState.OPEN]
        assert notices(one).count("waiting_offer") == 2

    def test_a_late_answer_is_refused_calmly_even_before_the_sweep(self, clock):
        day, taken = full_day()
        (one,) = (in_line(person, day) for person in people(1))
        bookings.cancel(taken[0].pk, by=BY)
        clock("2026-11-21 10:00")
        with pytest.raises(Refused, match="맡아 둔 시간이 지났습니다") as refusal:
            waiting.accept(one.pk, by=BY)
        assert refusal.value.conflict

    def test_joint_wishes_get_both_advisers_or_nothing(self):
        day, taken = full_day("TAX", "LAW", kind="LAW")
        owners = [Resident.objects.create(name=f"시연 세금 {n}", phone=f"+8210666{n:05d}") for n in range(6)]
        tax = [booked(one, day, start, kind="TAX") for one, start in zip(owners, STARTS, strict=True)]
        both, single = people(2)
        joint, alone = in_line(both, day, kind="BOTH"), in_line(single, day, kind="TAX")
        bookings.cancel(taken[0].pk, by=BY)
        assert not joint.offers.exists()  # only the lawyer is free
        bookings.cancel(tax[0].pk, by=BY)
        assert joint.offers.get().holds.count() == 2
        assert not alone.offers.exists()
        assert waiting.accept(joint.pk, by=BY).holds.count() == 2

    def test_when_half_of_a_held_place_falls_away_the_other_half_goes_to_the_next(self, make_staff):
        day, taken = full_day("TAX", "LAW", kind="LAW")
        both, single = people(2)
        joint, alone = in_line(both, day, kind="BOTH"), in_line(single, day)
        bookings.cancel(taken[0].pk, by=BY)
        assert joint.offers.get().holds.count() == 2
        tax = day.sittings.get(adviser__kind="TAX")
        disruptions.report_absence(tax.pk, reason="몸살", by=make_staff(Role.CONSULTATION_OFFICER).actor)
        joint.refresh_from_db()
        assert joint.state == WaitingState.ENDED
        assert alone.offers.get(state=OfferState.OPEN).starts_at == taken[0].starts_at

    def test_joint_wishes_are_offered_one_adviser_after_the_other(self):
        day, taken = full_day("TAX", "LAW", kind="LAW")
        owners = [Resident.objects.create(name=f"시연 세금 {n}", phone=f"+8210666{n:05d}") for n in range(6)]
        tax = [booked(one, day, start, kind="TAX") for one, start in zip(owners, STARTS, strict=True)]
        joint = in_line(people(1)[0], day, kind="BOTH")
        bookings.cancel(taken[2].pk, by=BY)
        bookings.cancel(tax[1].pk, by=BY)  # tax at 15:20, then law at 15:40
        assert joint.offers.get().joint_order == "TAX"
        booking = waiting.accept(joint.pk, by=BY)
        assert (booking.minutes, booking.turns) == (40, "세무사 오후 3시 20분, 변호사 오후 3시 40분")

    def test_who_books_that_day_by_themselves_waits_no_longer(self):
        day, taken = full_day()
        first, second = people(2)
        one, two = in_line(first, day), in_line(second, day)
        bookings.cancel(taken[0].pk, by=BY)  # held for the first, who books elsewhere that very day
        booked(first, clinic_day("LAW", where=venue("죽산면 행정복지센터")), at(16))
        tasks.expire_offers()
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.state, two.state) == (WaitingState.LEFT, WaitingState.OFFERED)
        assert two.offers.get().starts_at == STARTS[0]

    def test_moving_a_booking_away_frees_its_time_for_the_line(self):
        day, taken = full_day()
        other = clinic_day("LAW", on=day.on + timedelta(days=28))
        (one,) = (in_line(person, day, hour="16") for person in people(1))
        bookings.move(taken[0].pk, other.pk, at(15, on=other.on), by=BY)
        assert not one.offers.exists()  # 15:00 does not suit them
        bookings.move(taken[4].pk, other.pk, at(16, on=other.on), by=BY)
        assert one.offers.get().starts_at == STARTS[4]

    def test_people_without_a_mobile_phone_are_called_and_the_call_is_withdrawn_with_the_offer(self):
        day, taken = full_day()
        landline = Resident.objects.create(name="시연 집 전화", phone="+82635401234")
        one = in_line(landline, day)
        bookings.cancel(taken[0].pk, by=BY)
        offer = Notice.objects.get(kind="consultations/notices/waiting_offer", channel=Channel.CALL)
        assert (offer.state, offer.call.due_on) == (NoticeState.CALL, timezone.localdate())
        waiting.leave(one.pk, by=BY)
        offer.refresh_from_db()
        assert offer.state == NoticeState.SKIPPED

    def test_what_is_refused(self):
        day, taken = full_day()
        (person,) = people(1)
        in_line(person, day)
        with pytest.raises(Refused, match="이미 이날 대기하고 계십니다"):
            in_line(person, day)
        with pytest.raises(Refused, match="그날 이미 예약"):
            in_line(taken[0].resident, day)
        with pytest.raises(Refused, match="상담 시간이 없습니다"):
            in_line(Resident.objects.create(name="시연", phone="+821077770000"), day, kind="TAX")
        empty = clinic_day("LAW", on=day.on + timedelta(days=28))
        with pytest.raises(Refused, match="아직 빈 시간이"):
            in_line(Resident.objects.create(name="시연", phone="+821077770001"), empty)

    def test_a_cancelled_day_ends_its_line_and_tells_everybody(self, make_staff):
        day, _taken = full_day()
        one, two = (in_line(person, day) for person in people(2))
        clinic_days.cancel_day(day.pk, reason="태풍", by=make_staff(Role.CONSULTATION_OFFICER).actor)
        for row in (one, two):
            row.refresh_from_db()
            assert row.state == WaitingState.ENDED
            assert notices(row)[-1] == "waiting_ended"

    def test_the_lines_of_past_days_end(self, clock):
        day, _taken = full_day()
        (one,) = (in_line(person, day) for person in people(1))
        clock("2026-11-24 09:00")
        tasks.expire_offers()
        one.refresh_from_db()
        assert one.state == WaitingState.ENDED

    def test_the_wish_is_unreadable_in_the_database(self):
        day, _taken = full_day()
        row = in_line(people(1)[0], day, question="보증금을 돌려받지 못했습니다")
        with connection.cursor() as cursor:
            cursor.execute("SELECT wish FROM consultations_waiting WHERE id = %s", [row.pk])
            assert "question" not in cursor.fetchone()[0]


def test_a_place_is_held_for_some_hours_but_not_until_the_last():
    told = at(10) - timedelta(days=3)
    assert offer_until(told, at(15), hours=24, last_hours=3) == told + timedelta(hours=24)
    assert offer_until(at(10), at(15), hours=24, last_hours=3) == at(12)
    assert offer_until(at(11, 30), at(15), hours=24, last_hours=3) is None


@pytest.mark.django_db
class TestConstraints:
    def test_a_hold_belongs_to_a_booking_or_an_offer(self):
        _day, taken = full_day()
        with pytest.raises(IntegrityError, match="hold_is_for_a_booking_or_an_offer"), transaction.atomic():
            taken[0].holds.update(booking=None)

    def test_one_open_offer_a_person(self):
        day, taken = full_day()
        row = in_line(people(1)[0], day)
        bookings.cancel(taken[0].pk, by=BY)
        second = SeatOffer(waiting=row, clinic_day=day, starts_at=STARTS[1], minutes=20, until=STARTS[0])
        with pytest.raises(IntegrityError, match="offer_one_open_per_waiting"), transaction.atomic():
            second.save()

    def test_once_in_line_a_day(self):
        day, _taken = full_day()
        row = in_line(people(1)[0], day)
        row.pk, row.reference = None, "999999"
        with pytest.raises(IntegrityError, match="waiting_once_a_day"), transaction.atomic():
            row.save(force_insert=True)

    def test_references_are_unique(self):
        day, _taken = full_day()
        one, two = (in_line(person, day) for person in people(2))
        two.reference = one.reference
        with pytest.raises(IntegrityError, match="waiting_reference_is_unique"), transaction.atomic():
            two.save()


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_nobody_books_a_place_between_its_freeing_and_the_offer(self):
        day, taken = full_day()
        first, *others = people(20)
        row = in_line(first, day)
        jobs = [partial(bookings.cancel, taken[3].pk, by=BY)]
        jobs += [partial(booked, one, day, STARTS[3]) for one in others]
        result = at_once(jobs)
        assert result == {"booked": 1, "refused": len(others)}  # only the cancelling succeeded
        assert row.offers.get().starts_at == STARTS[3]

    def test_two_freed_places_go_to_the_first_two(self):
        day, taken = full_day()
        rows = [in_line(person, day) for person in people(4)]
        at_once([partial(bookings.cancel, one.pk, by=BY) for one in taken[:2]])
        states = list(Waiting.objects.order_by("pk").values_list("state", flat=True))
        assert states == ["OFFERED", "OFFERED", "WAITING", "WAITING"]
        assert {offer.starts_at for offer in SeatOffer.objects.order_by("pk")} == set(STARTS[:2])
        result = at_once([partial(waiting.accept, one.pk, by=BY) for one in rows])
        assert result == {"booked": 2, "refused": 2}

    def test_accepting_twice_and_declining_at_once_has_one_winner(self):
        day, taken = full_day()
        row = in_line(people(1)[0], day)
        bookings.cancel(taken[0].pk, by=BY)
        jobs = [partial(waiting.accept, row.pk, by=BY)] * 3 + [partial(waiting.decline, row.pk, by=BY)] * 3
        result = at_once(jobs)
        assert result == {"booked": 1, "refused": 5}
        row.refresh_from_db()
        held = Hold.objects.filter(clinic_day=day, period__startswith=STARTS[0]).count()
        assert held == (row.state == WaitingState.ACCEPTED)


@pytest.mark.django_db
class TestPages:
    """From the full day to the booking, as the citizen sees it."""

    def test_from_the_full_day_to_the_booking(self, walk):
        day, taken = full_day()
        in_turn = {"wait": f"{day.pk}-wait", "slot": ""}
        client = walk(day, until="booking_wait", booking_time=in_turn)
        ahead = in_line(people(1)[0], day)
        page = client.get(url("booking_wait")).content.decode()
        for sentence in (
            "대기를 신청하시겠어요?",
            "앞에 1분이 기다리고 계십니다.",
            "알려드린 때부터 24시간 동안 자리를 맡아 둡니다. 늦어도 상담 3시간 전에는 답해 주세요.",
        ):
            assert sentence in page
        assert "아직 고르지 않으셨습니다" in client.post(url("booking_wait"), {}).content.decode()
        walk(day, booking_time=in_turn, booking_wait={"hour": "ANY"})
        check = client.get(url("booking_check")).content.decode()
        for said in ("대기 신청 내용을 확인해 주세요", "11월 23일 월요일 대기", "아무 때나", "보증금을 돌려받지"):
            assert said in check
        done = client.post(url("booking_check"), follow=True).content.decode()
        assert "대기 2번입니다" in done
        assert "답이 없어 지나가도 순서를 잃지 않습니다." in done
        row = Waiting.objects.get(resident__name__isnull=False, source=Source.WEB, pk__gt=ahead.pk)
        assert row.wish["question"] == "보증금을 돌려받지 못했습니다."
        waiting.leave(ahead.pk, by=BY)
        bookings.cancel(taken[1].pk, by=BY)
        offered = client.get(url("waiting", row.reference)).content.decode()
        for sentence in (
            "상담 자리가 났습니다",
            "11월 23일 월요일 오후 3시 20분",
            "11월 21일 토요일 오전 10시까지 맡아",
        ):
            assert sentence in offered
        assert "자리가 났습니다" in client.get(reverse("services:my")).content.decode()
        accepted = client.post(url("waiting_act", row.reference), {"act": "accept"}, follow=True).content.decode()
        assert row.shown_reference in accepted
        assert Booking.objects.live().get(reference=row.reference).starts_at == STARTS[1]
        assert client.get(url("waiting", row.reference)).url == url("booking", row.reference)

    def test_declining_lapsing_and_leaving_are_said_in_plain_words(self, walk, clock, resident_client):
        day, taken = full_day()
        client = walk(day, booking_time={"wait": f"{day.pk}-wait", "slot": ""}, booking_wait={"hour": "ANY"})
        client.post(url("booking_check"))
        row = Waiting.objects.get()
        act = url("waiting_act", row.reference)
        bookings.cancel(taken[0].pk, by=BY)
        assert (
            "대기 순서는 그대로입니다"
            in client.post(act, {"act": "decline", "confirmed": "1"}, follow=True).content.decode()
        )
        bookings.cancel(taken[1].pk, by=BY)
        clock("2026-11-21 10:30")
        client.logout()
        client = resident_client(row.resident)
        late = client.post(act, {"act": "accept"}, follow=True).content.decode()
        assert "맡아 둔 시간이 지났습니다" in late
        tasks.expire_offers()
        assert "이 자리는 다음 분께" not in client.get(url("waiting", row.reference)).content.decode()
        assert (
            "대기를 취소했습니다."
            in client.post(act, {"act": "leave", "confirmed": "1"}, follow=True).content.decode()
        )
        assert client.post(act, {"act": "nonsense"}).status_code == 404

    def test_a_stranger_sees_and_changes_nothing(self, client, resident_client):
        day, _taken = full_day()
        row = in_line(people(1)[0], day)
        for page in (client.get(url("waiting", row.reference)), client.post(url("waiting_act", row.reference))):
            assert page.status_code in (302, 403)
        other = resident_client(Resident.objects.create(name="시연 낯선 분", phone="+821033330000"))
        assert other.get(url("waiting", row.reference)).status_code == 404
        assert other.post(url("waiting_act", row.reference), {"act": "leave"}).status_code == 404
        row.refresh_from_db()
        assert row.state == WaitingState.WAITING

    def test_a_forged_wait_for_a_day_with_room_is_no_answer(self, walk):
        day = clinic_day()
        client = walk(day, until="booking_time")
        page = client.post(url("booking_time"), {"wait": f"{day.pk}-wait"})
        assert "고르신 상담 시간이 없거나 마감되었습니다" in page.content.decode()


@pytest.mark.django_db
class TestStaffPages:
    def test_the_line_is_masked_and_answered_for_people_on_the_phone(self, make_staff, staff_client):
        day, taken = full_day()
        desk = staff_client(user=make_staff(Role.CONSULTATION_OFFICER))
        assert "기다리는 분이 없습니다." in desk.get(url("staff_waitings")).content.decode()
        row = in_line(Resident.objects.create(name="홍길동", phone="+82635401234"), day)
        bookings.cancel(taken[0].pk, by=BY)
        text = desk.get(url("staff_waitings")).content.decode()
        assert "홍*동" in text
        assert "홍길동" not in text
        assert "15:00" in text
        desk.post(url("staff_waiting_act", row.reference), {"act": "accept", "confirmed": "1"})
        assert Booking.objects.live().filter(reference=row.reference, source=Source.WAITING).exists()
        again = desk.post(url("staff_waiting_act", row.reference), {"act": "accept", "confirmed": "1"}, follow=True)
        assert "이미 끝난 대기입니다." in again.content.decode()

    def test_the_counter_puts_people_in_line_for_a_full_day(self, make_staff, staff_client):
        day, _taken = full_day()
        desk = staff_client(user=make_staff(Role.CONSULTATION_OFFICER))
        typed = {
            "source": "PHONE",
            "name": "시연 최용지",
            "phone": "063-540-1234",
            "kind": "LAW",
            "topic": "LEASE",
            "slot": f"{day.pk}-wait",
            "has_consent": "on",
        }
        assert "모두 마감, 대기 신청" in desk.get(url("staff_counter")).content.decode()
        done = desk.post(url("staff_counter"), typed, follow=True).content.decode()
        row = Waiting.objects.get()
        assert f"대기 1번입니다. 예약번호 {row.shown_reference}" in done
        assert row.taken_by is not None
        assert Notice.objects.get(kind="consultations/notices/waiting_received").channel == Channel.CALL

    def test_one_row_and_five_cost_the_same(self, make_staff, staff_client, django_assert_num_queries):
        day, _taken = full_day()
        desk = staff_client(user=make_staff(Role.CONSULTATION_OFFICER))
        first, *others = people(5)
        in_line(first, day)
        desk.get(url("staff_waitings"))
        with CaptureQueriesContext(connection) as few:
            desk.get(url("staff_waitings"))
        for one in others:
            in_line(one, day)
        with django_assert_num_queries(len(few)):
            desk.get(url("staff_waitings"))


@pytest.mark.django_db
def test_who_is_unsure_is_phoned_and_settles_it_together(make_resident):
    made = booked(make_resident(), clinic_day(), kind="UNSURE")
    call = Notice.objects.get(kind="consultations/notices/unsure")
    assert (call.channel, call.title, call.subject_id) == (Channel.CALL, "함께 정하기", str(made.pk))
    assert call.call.due_on == timezone.localdate()
