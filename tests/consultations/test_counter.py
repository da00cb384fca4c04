"""Counter mode: helpers with the person's consent, walk-ins, moving, other offices, appointments from a question."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from consultations.actions import bookings, enquiries, waiting
from consultations.enums import AnswerBy, AnsweredBy, BookingKind, HelperConsent, Source, WaitingHour
from consultations.models import Booking, ClinicDay, Waiting
from services.enums.notices import Channel
from services.enums.people import Role
from services.models import HistoryEntry, Notice, ReadingLogEntry, Resident
from services.reports.people import cases_of
from services.rules.refusal import Refused
from tests.consultations.factories import BY, EVE, adviser, at, booked, clinic_day, url, wish_for
from tests.consultations.test_enquiries import asked
from tests.consultations.test_waiting import full_day

pytestmark = pytest.mark.django_db
HELPER = {
    "helper_name": "시연 이이장",
    "helper_phone": "010-9999-8888",
    "helper_relation": "이장",
    "helper_consent": "BY_PHONE",
    "helper_consent_on": "2026-11-20",
}


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@pytest.fixture
def officer(make_staff):
    return make_staff(Role.CONSULTATION_OFFICER)


@pytest.fixture
def desk(staff_client, officer):
    return staff_client(user=officer)


def typed(day: ClinicDay, time: str = "1540", **other: object) -> dict[str, object]:
    return {
        "source": "PHONE",
        "name": "시연 박어른",
        "phone": "010-1234-5678",
        "township": "",
        "kind": "LAW",
        "topic": "UNSURE",
        "slot": f"{day.pk}-{time}",
        "has_consent": "on",
        **other,
    }


def moves(booking: Booking) -> list[str]:
    entries = HistoryEntry.objects.filter(subject_kind="consultations.booking", subject_id=str(booking.pk))
    return [entry.move for entry in entries.order_by("seq")]


class TestHelpers:
    def test_a_village_head_books_with_recorded_consent_and_the_person_is_told_apart(self, desk):
        desk.post(url("staff_counter"), typed(clinic_day(), **HELPER))
        booking = Booking.objects.get()
        assert (booking.helper.name, booking.helper_relation) == ("시연 이이장", "이장")
        assert (booking.helper_consent, booking.helper_consent_on) == (HelperConsent.BY_PHONE, date(2026, 11, 20))
        text = desk.get(url("staff_booking", booking.reference)).content.decode()
        assert "본인이 전화로 동의하심, 2026. 11. 20.(금)" in text
        told = Notice.objects.filter(once_key__contains=":booked:").order_by("pk")
        assert [(one.resident, one.kind.rpartition("/")[2]) for one in told] == [
            (booking.resident, "booked_for_you"),
            (booking.helper, "booked"),
        ]

    def test_somebody_with_a_landline_is_phoned_apart_from_the_helper(self, desk):
        desk.post(url("staff_counter"), typed(clinic_day(), **HELPER, phone="063-540-3114"))
        own, copy = Notice.objects.filter(once_key__contains=":booked:").order_by("pk")
        assert (own.channel, copy.channel) == (Channel.CALL, Channel.SMS)

    @pytest.mark.parametrize(
        ("fault", "field"),
        [
            ({"helper_consent": ""}, "helper_consent"),
            ({"helper_relation": ""}, "helper_relation"),
            ({"helper_name": ""}, "helper_name"),
            ({"helper_phone": ""}, "helper_phone"),
            ({"helper_phone": "12"}, "helper_phone"),
            ({"helper_consent_on": ""}, "helper_consent_on"),
            ({"helper_consent_on": "2026-11-21"}, "helper_consent_on"),
        ],
    )
    def test_a_helper_is_whole_or_not_at_all(self, desk, fault, field):
        page = desk.post(url("staff_counter"), typed(clinic_day(), **{**HELPER, **fault}))
        assert field in page.context["form"].errors
        assert b"<details open>" in page.content
        assert not Booking.objects.exists()

    def test_without_a_helper_no_consent_to_help_is_kept(self, desk):
        desk.post(url("staff_counter"), typed(clinic_day(), helper_consent_on="2026-11-20"))
        booking = Booking.objects.get()
        assert (booking.helper, booking.helper_consent, booking.helper_consent_on) == (None, "", None)

    def test_the_actions_refuse_what_the_form_forgot(self, make_resident, officer):
        wish = wish_for(BookingKind.LAW, helper=make_resident("시연 이이장", "+821099998888"))
        given: dict[str, Any] = {"resident": make_resident(), "by": officer.actor, "source": Source.PHONE}
        free, (full, _taken) = clinic_day(on=date(2026, 12, 28)), full_day()
        with pytest.raises(Refused, match="대신 예약하는 데 동의하셨는지"):
            bookings.book(free.pk, at(15, on=free.on), wish, **given)
        with pytest.raises(Refused, match="대신 예약하는 데 동의하셨는지"):
            waiting.join(full.pk, wish, hour=WaitingHour.ANY, **given)

    @pytest.mark.parametrize("lost", [{"helper_consent": ""}, {"helper_consent_on": None}])
    def test_the_database_refuses_a_helped_booking_by_staff_without_consent(self, desk, lost):
        desk.post(url("staff_counter"), typed(clinic_day(), **HELPER))
        with pytest.raises(IntegrityError, match="helped_booking_by_staff_has_consent"), transaction.atomic():
            Booking.objects.update(**lost)

    def test_the_helper_sees_nothing_of_the_person(self, desk, resident_client):
        desk.post(url("staff_counter"), typed(clinic_day(), **HELPER))
        booking = Booking.objects.get()
        asked(booking.resident)
        assert booking.helper
        assert cases_of([booking.helper]) == []
        client = resident_client(booking.helper)
        text = client.get(reverse("services:my")).content.decode()
        assert booking.shown_reference not in text
        assert "박어른" not in text
        for page in ("booking", "booking_cancel", "booking_move", "booking_calendar"):
            assert client.get(url(page, booking.reference)).status_code == 404
        by_number = {"reference": booking.reference, "last4": "8888"}
        assert (
            "그 번호로 된 신청이 없습니다."
            in client.post(reverse("services:my_reference"), by_number, follow=True).content.decode()
        )

    def test_in_line_the_consent_waits_with_the_wish_and_becomes_the_bookings(self, desk):
        day, taken = full_day()
        desk.post(url("staff_counter"), typed(day, "wait", **HELPER))
        row = Waiting.objects.get()
        bookings.cancel(taken[0].pk, by=BY)
        booking = waiting.accept(row.pk, by=BY)
        assert booking.taken_by
        assert (booking.helper_consent, booking.helper_consent_on) == ("BY_PHONE", date(2026, 11, 20))


class TestWalkIns:
    """The clinic is going on: 15:20 to 15:40 is running."""

    @pytest.fixture
    def day(self, clock):
        day = clinic_day("LAW")
        clock("2026-11-23 15:25")
        return day

    def test_the_running_time_is_taken_and_the_person_is_here(self, staff_client, officer, day):
        desk = staff_client(user=officer)
        assert "15:20 (지금, 바로 오신 분)" in desk.get(url("staff_counter")).content.decode()
        response = desk.post(url("staff_counter"), typed(day, "1520", source="WALK_IN"))
        assert response.url == url("staff_day_board", day.pk)
        booking = Booking.objects.get()
        assert (booking.source, booking.starts_at) == (Source.WALK_IN, at(15, 20))
        assert booking.arrived_at == at(15, 25)
        assert moves(booking) == ["booked", "arrived"]
        assert booking.holds.count() == 1

    def test_a_later_time_of_the_day_checks_in_too_and_another_day_does_not(self, staff_client, officer, day):
        desk = staff_client(user=officer)
        other = clinic_day("LAW", on=date(2026, 12, 28))
        desk.post(url("staff_counter"), typed(day, "1640", source="WALK_IN"))
        desk.post(url("staff_counter"), typed(other, "1520", source="WALK_IN", name="시연 다른 분"))
        assert list(Booking.objects.order_by("pk").values_list("arrived_at", flat=True)) == [at(15, 25), None]

    def test_not_what_is_over_taken_or_for_a_caller(self, staff_client, officer, day, make_resident):
        desk = staff_client(user=officer)
        over = desk.post(url("staff_counter"), typed(day, "1500", source="WALK_IN"))
        caller = desk.post(url("staff_counter"), typed(day, "1520", source="PHONE"))
        assert "slot" in over.context["form"].errors
        assert "바로 오심" in str(caller.context["form"].errors["slot"])
        wish, person = wish_for(BookingKind.LAW), make_resident()
        with pytest.raises(Refused, match="이미 지났습니다"):
            bookings.book(day.pk, at(15, 20), wish, resident=person, by=BY, source=Source.COUNTER)
        walk_in: dict[str, Any] = {"by": BY, "source": Source.WALK_IN}
        with pytest.raises(Refused, match="이미 찼거나 끝났습니다") as refusal:
            bookings.book(day.pk, at(15), wish, resident=person, **walk_in)
        assert refusal.value.conflict
        bookings.book(day.pk, at(15, 20), wish, resident=person, **walk_in)
        with pytest.raises(Refused, match="이미 찼거나 끝났습니다"):
            bookings.book(day.pk, at(15, 20), wish, resident=make_resident("시연 둘째"), **walk_in)
        assert "(지금, 바로 오신 분)" not in desk.get(url("staff_counter")).content.decode()

    def test_both_advisers_or_none(self, clock, make_resident):
        day = clinic_day()
        clock("2026-11-23 15:25")
        tax = wish_for(BookingKind.TAX)
        bookings.book(day.pk, at(15, 20), tax, resident=make_resident(), by=BY, source=Source.WALK_IN)
        with pytest.raises(Refused, match="이미 찼거나 끝났습니다"):
            bookings.book(
                day.pk,
                at(15, 20),
                wish_for(BookingKind.BOTH),
                resident=make_resident("시연 둘째"),
                by=BY,
                source=Source.WALK_IN,
            )

    def test_at_the_moment_it_ends_it_is_over(self, clock, make_resident, day):
        clock("2026-11-23 15:40")
        with pytest.raises(Refused, match="이미 찼거나 끝났습니다"):
            bookings.book(
                day.pk,
                at(15, 20),
                wish_for(BookingKind.LAW),
                resident=make_resident(),
                by=BY,
                source=Source.WALK_IN,
            )


class TestMovingAndReferring:
    def test_an_officer_moves_a_booking_even_in_the_last_hours(self, staff_client, officer, make_resident, clock):
        day = clinic_day()
        booking = booked(make_resident("홍길동"), day)
        clock("2026-11-23 15:00")
        desk = staff_client(user=officer)
        page = url("staff_booking_move", booking.reference)
        shown = desk.get(page).content.decode()
        assert "홍길동 님" in shown
        assert ReadingLogEntry.objects.get().action == "시간 바꾸기"
        assert "하나를 골라 주세요" in desk.post(page, {"slot": ""}).content.decode()
        response = desk.post(page, {"slot": f"{day.pk}-1620", "confirmed": "1"})
        assert response.url == url("staff_booking", booking.reference)
        booking.refresh_from_db()
        assert booking.starts_at == at(16, 20)
        assert Notice.objects.filter(kind="consultations/notices/moved").count() == 1

    def test_a_lost_or_ended_booking_is_refused_calmly(self, desk, make_resident):
        day = clinic_day("LAW")
        booking = booked(make_resident(), day)
        bookings.cancel(booking.pk, by=BY)
        typed = {"slot": f"{day.pk}-1620", "confirmed": "1"}
        page = desk.post(url("staff_booking_move", booking.reference), typed)
        assert "이미 취소된 예약입니다." in page.content.decode()
        typed = {"where": "LEGAL_AID", "confirmed": "1"}
        page = desk.post(url("staff_booking_elsewhere", booking.reference), typed)
        assert "먼저 고쳤습니다(예약 취소)." in page.content.decode()

    def test_another_office_is_named_and_the_time_is_free_again(self, desk, make_resident):
        day, taken = full_day()
        page = url("staff_booking_elsewhere", taken[0].reference)
        assert "대한법률구조공단 132 안내" in desk.get(page).content.decode()
        assert "where" in desk.post(page, {}).context["form"].errors
        assert "대한법률구조공단 132" in desk.post(page, {"where": "LEGAL_AID"}).content.decode()
        assert taken[0].is_live
        desk.post(page, {"where": "LEGAL_AID", "confirmed": "1"})
        taken[0].refresh_from_db()
        assert taken[0].state == "OUT_OF_SCOPE"
        entry = HistoryEntry.objects.get(move="out_of_scope")
        assert entry.reason == "대한법률구조공단 132 안내"
        assert booked(make_resident(), day, at(15)).is_live

    def test_the_buttons_stand_on_the_page_and_on_the_day_board(self, desk, make_resident):
        booking = booked(make_resident(), clinic_day())
        pages = (url("staff_booking", booking.reference), url("staff_day_board", booking.clinic_day_id))
        for page in pages:
            text = desk.get(page).content.decode()
            assert url("staff_booking_elsewhere", booking.reference) in text
            assert url("staff_booking_move", booking.reference) in text

    def test_a_clerk_of_another_township_finds_nothing(self, staff_client, make_staff, make_resident, township):
        booking = booked(make_resident(), clinic_day())
        clerk = staff_client(user=make_staff(Role.TOWNSHIP_CLERK))
        for page in ("staff_booking_move", "staff_booking_elsewhere"):
            assert clerk.get(url(page, booking.reference)).status_code == 404


class TestAppointmentFromAQuestion:
    @pytest.fixture
    def question(self, make_resident):
        return asked(make_resident("홍길동"), answer_by=AnswerBy.MEETING, kind=BookingKind.TAX, topic="LOCAL_TAX")

    def test_the_form_is_filled_and_the_question_remembers_the_number(self, desk, question):
        day = clinic_day()
        shown = desk.get(url("staff_enquiry", question.reference)).content.decode()
        link = f"{url('staff_counter')}?enquiry={question.reference}"
        assert link in shown
        ReadingLogEntry.objects.all().delete()
        page = desk.get(link)
        form = page.context["form"]
        assert (form["name"].value(), form["phone"].value()) == ("홍길동", "010-1234-5678")
        assert (form["kind"].value(), form["topic"].value()) == (BookingKind.TAX, "LOCAL_TAX")
        assert ReadingLogEntry.objects.get().action == "만날 약속 잡기"
        assert "담 때문에" not in page.content.decode()
        desk.post(link, typed(day, name="홍길동", kind="TAX", topic="LOCAL_TAX"))
        booking = Booking.objects.get()
        assert booking.resident == question.resident
        entry = HistoryEntry.objects.get(subject_kind="consultations.enquiry", move="meeting_booked")
        assert entry.reason == f"예약번호 {booking.shown_reference}"
        assert booking.shown_reference in desk.get(url("staff_enquiry", question.reference)).content.decode()

    def test_another_kind_may_be_chosen_and_the_question_stays(self, desk, question):
        clinic_day()
        page = desk.get(f"{url('staff_counter')}?enquiry={question.reference}&kind=LAW")
        assert page.context["form"]["kind"].value() == BookingKind.LAW
        assert f'name="enquiry" value="{question.reference}"' in page.content.decode()

    def test_a_refused_booking_leaves_no_word_in_the_history(self, desk, question, make_resident):
        day = clinic_day()
        link = f"{url('staff_counter')}?enquiry={question.reference}"
        page = typed(day, name="홍길동", kind="TAX")
        booked(question.resident, day, kind="LAW")
        desk.post(link, {**page, "is_second": "on"})  # one a day: refused by the booking
        assert not HistoryEntry.objects.filter(move="meeting_booked").exists()

    def test_on_a_full_day_the_place_in_line_is_remembered(self, desk, question):
        day, _taken = full_day("TAX", kind="TAX")
        desk.post(
            f"{url('staff_counter')}?enquiry={question.reference}", typed(day, "wait", name="홍길동", kind="TAX")
        )
        row = Waiting.objects.get()
        assert HistoryEntry.objects.get(move="meeting_booked").reason == f"예약번호 {row.shown_reference}"

    def test_a_clerk_may_not_begin_from_somebody_elses_question(self, staff_client, question, make_staff):
        clerk = staff_client(user=make_staff(Role.TOWNSHIP_CLERK))
        assert clerk.get(f"{url('staff_counter')}?enquiry={question.reference}").status_code == 404

    def test_the_auditor_gets_no_button(self, staff_client, question):
        text = staff_client(Role.AUDITOR).get(url("staff_enquiry", question.reference)).content.decode()
        assert "만날 약속 잡기" not in text

    def test_a_citizen_who_wants_to_meet_after_the_answer_is_heard(self, desk, question, resident_client, make_staff):
        lawyer = adviser("TAX", user=make_staff(Role.ADVISER))
        enquiries.assign(question.pk, lawyer.pk, by=BY)
        enquiries.answer(
            question.pk, "만나서 말씀드리겠습니다.", AnsweredBy.PORTAL, adviser=lawyer, by=BY, why="말씀대로"
        )
        response = resident_client(Resident.objects.get(pk=question.resident_id)).post(
            url("enquiry", question.reference), {"feedback": "meet"}
        )
        assert response.url == url("start")
        text = desk.get(url("staff_enquiry", question.reference)).content.decode()
        assert "만나서 상담받고 싶다고 하심" in text
        assert "만날 약속 잡기" in text
