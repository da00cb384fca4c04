"""What was told in confidence is destroyed when its time is over; what the city counts stays."""

import pytest
from django.apps import apps
from django.db import connection

from consultations.actions import enquiries, waiting
from consultations.actions.results import record_result
from consultations.actions.retention import forget_questions
from consultations.enums import FollowUp, Outcome, Topic
from consultations.models import Adviser, Booking, Result
from gimje_portal import settings as module
from services.actions.jobs import purge
from services.enums.people import Role
from services.models import Consent, HistoryEntry, ReadingLogEntry, Resident
from services.rules.korean import days_ko
from tests.consultations.factories import BY, CONSENTS, EVE, adviser, booked, clinic_day, url
from tests.consultations.test_enquiries import asked
from tests.consultations.test_waiting import full_day, in_line

pytestmark = pytest.mark.django_db
SECRETS = ("보증금 이야기", "박상대", "베트남말", "며느리", "요지입니다")


@pytest.fixture(autouse=True)
def _friday(clock, settings):
    clock(EVE)
    settings.CONSULTATION_TEXT_DAYS, settings.CONSULTATION_NEEDS_DAYS, settings.CONSULTATION_ADVISER_DAYS = 90, 20, 30


def told(make_resident) -> Booking:
    """A consultation with everything a person can say, held on the Monday, with the adviser's note."""
    helper = make_resident("시연 며느리", "+821099998888")
    return booked(
        make_resident("홍길동"),
        clinic_day("LAW"),
        question=SECRETS[0],
        other_party=SECRETS[1],
        needs=["INTERPRETER"],
        need_language=SECRETS[2],
        helper=helper,
        helper_relation=SECRETS[3],
        consents={**CONSENTS, "HEALTH": True},
    )


def held(booking: Booking, clock) -> Booking:
    clock("2026-11-23 16:00")
    (adviser,) = Adviser.objects.filter(holds__booking=booking)
    record_result(
        booking.pk,
        adviser=adviser,
        by=BY,
        topic=Topic.LEASE,
        outcome=Outcome.SOLVED,
        follow_up=FollowUp.NONE,
        minutes=25,
        note=SECRETS[4],
    )
    booking.refresh_from_db()
    return booking


def read(booking: Booking) -> tuple[str, list[str], str]:
    booking.refresh_from_db()
    return booking.question + booking.other_party, booking.needs, Result.objects.get().note


def test_each_text_goes_after_its_own_time_and_nothing_is_destroyed_twice(make_resident, clock):
    booking = held(told(make_resident), clock)
    clock("2026-12-13 15:00")
    assert forget_questions() == 0
    clock("2026-12-13 17:00")  # 20 days: what tells of health
    assert [forget_questions(), forget_questions()] == [1, 0]
    assert read(booking) == ("보증금 이야기박상대", [], SECRETS[4])
    assert booking.need_language == ""
    clock("2026-12-23 17:00")  # 30 days: the adviser's note
    assert [forget_questions(), forget_questions()] == [1, 0]
    assert read(booking) == ("보증금 이야기박상대", [], "")
    clock("2027-02-21 17:00")  # 90 days: the question
    assert [forget_questions(), forget_questions()] == [1, 0]
    assert read(booking) == ("", [], "")
    assert booking.helper_relation == ""
    entries = HistoryEntry.objects.filter(move="texts_destroyed", subject_id=str(booking.pk)).order_by("seq")
    assert [entry.reason for entry in entries] == ["필요한 도움", "상담 내용 요지", "상담 내용"]


def test_the_figures_survive(make_resident, clock):
    booking = held(told(make_resident), clock)
    clock("2027-11-23 09:00")
    assert dict(purge().done)["consultations.actions.retention.forget_questions"] == 1
    kept = Booking.objects.get()
    facts = ("kind", "topic", "state", "source", "on", "starts_at", "ended_at", "clinic_day_id", "helper_id")
    assert [getattr(kept, name) for name in facts] == [getattr(booking, name) for name in facts]
    result = Result.objects.get()
    assert (result.topic, result.outcome, result.minutes) == (Topic.LEASE, Outcome.SOLVED, 25)
    assert Consent.objects.of(booking).count() == 3


def test_a_booking_nobody_closed_counts_from_its_time(make_resident, clock):
    booking = told(make_resident)
    clock("2027-02-21 15:00")
    forget_questions()
    booking.refresh_from_db()
    assert (booking.question, booking.needs) == ("보증금 이야기", [])
    clock("2027-02-21 15:30")
    forget_questions()
    booking.refresh_from_db()
    assert booking.question == ""
    assert booking.is_live


def test_a_booking_without_texts_leaves_no_line_in_its_history(make_resident, clock):
    booked(make_resident(), clinic_day())
    clock("2027-11-23 09:00")
    assert forget_questions() == 0
    assert not HistoryEntry.objects.filter(move="texts_destroyed").exists()


def test_the_wish_of_an_ended_place_in_line_goes_with_the_shortest_period(clock):
    day, _taken = full_day()
    row = in_line(Resident.objects.create(name="시연 줄", phone="+821011112222"), day, question=SECRETS[0])
    stays = in_line(Resident.objects.create(name="시연 둘째", phone="+821011113333"), day, question=SECRETS[0])
    waiting.leave(row.pk, by=BY)
    clock("2026-12-10 11:00")
    assert [forget_questions(), forget_questions()] == [1, 0]
    row.refresh_from_db()
    stays.refresh_from_db()
    assert (row.wish, row.kind, row.state) == ({}, "LAW", "LEFT")
    assert stays.wish["question"] == SECRETS[0]  # still in line


def test_no_table_keeps_a_word_not_even_the_event_tables(make_resident, clock):
    """The event tables never had the columns, and no other column of the app holds the words in the clear."""
    excluded = {
        "BookingEvent": {"question", "other_party", "needs", "need_language", "helper_relation"},
        "ResultEvent": {"note"},
        "WaitingEvent": {"wish"},
        "TurnEvent": {"text"},
    }
    for name, columns in excluded.items():
        assert not columns & {field.name for field in apps.get_model("consultations", name)._meta.get_fields()}
    held(told(make_resident), clock)
    clock("2027-11-23 09:00")
    forget_questions()
    tables = [model._meta.db_table for model in apps.get_app_config("consultations").get_models()]
    assert {"consultations_booking", "consultations_bookingevent"} <= set(tables)
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ~ %s', ["|".join(SECRETS)])  # noqa: S608
            assert cursor.fetchone() == (0,), table
        cursor.execute("SELECT question || other_party || need_language || helper_relation FROM consultations_booking")
        assert cursor.fetchone() == ("",)
        cursor.execute("SELECT note FROM consultations_result")
        assert cursor.fetchone() == ("",)


def test_citizens_are_told_the_periods_that_the_purge_uses():
    """One truth: the words of the consents are made from the days."""
    assert [days_ko(days) for days in (1095, 365, 30, 366, 0)] == ["3년", "1년", "30일", "366일", "0일"]
    for words, days in {
        "CONSULTATION_RETENTION": "CONSULTATION_TEXT_DAYS",
        "CONSULTATION_ADVISER_RETENTION": "CONSULTATION_ADVISER_DAYS",
        "CONSULTATION_SENSITIVE_RETENTION": "CONSULTATION_NEEDS_DAYS",
    }.items():
        assert getattr(module, words) == days_ko(getattr(module, days))


def test_the_consents_name_each_period(walk, settings):
    settings.CONSULTATION_RETENTION = "가나다"
    settings.CONSULTATION_ADVISER_RETENTION, settings.CONSULTATION_SENSITIVE_RETENTION = "라마바", "사아자"
    text = walk(clinic_day(), until="booking_consents").get(url("booking_consents")).content.decode()
    for words in ("가나다", "라마바", "사아자"):
        assert text.count(f"보관하는 기간: 상담이 끝난 뒤 {words}") == 1


class TestTheAdvisersDesk:
    @pytest.fixture
    def desk(self, staff_client, make_staff):
        """Logs in anew for each look: weeks lie between them."""
        self.user = make_staff(Role.ADVISER)

        def look(page: str) -> str:
            response = staff_client(user=self.user).get(page)
            assert response.status_code == 200
            return response.content.decode()

        return look

    def test_after_the_period_nothing_of_the_person_is_shown_and_no_look_is_logged(self, desk, make_resident, clock):
        booking = held(told(make_resident), clock)
        Adviser.objects.filter(holds__booking=booking).update(user=self.user)
        page = url("staff_my_booking", booking.reference)
        clock("2026-12-23 15:59")
        for word in (*SECRETS[:2], "홍길동", "010-1234-5678", SECRETS[4]):
            assert word in desk(page)
        looks = ReadingLogEntry.objects.count()
        clock("2026-12-23 16:01")
        text = desk(page)
        for word in (*SECRETS, "홍길동", "1234"):
            assert word not in text
        assert "30일 뒤에는 볼 수 없습니다." in text
        assert ReadingLogEntry.objects.count() == looks

    def test_a_question_that_ended_long_ago_is_closed_too(self, desk, make_resident, clock):
        lawyer = adviser(user=self.user)
        found = asked(make_resident("홍길동"))
        enquiries.assign(found.pk, lawyer.pk, by=BY)
        enquiries.refer(found.pk, FollowUp.LEGAL_AID, by=BY)
        page = url("staff_my_enquiry", found.reference)
        assert "홍길동" in desk(page)
        clock("2026-12-21 10:00")
        text = desk(page)
        assert "30일 뒤에는 볼 수 없습니다." in text
        assert "홍길동" not in text
        assert not [turn for turn in found.turns.all() if turn.text in text]
