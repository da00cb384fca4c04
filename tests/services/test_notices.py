"""The outbox: once, by the right channel, in the hours of the day, and never lost."""

import datetime as dt
from collections.abc import Sequence

import pytest
from django.db import connection, transaction
from django.utils import timezone

from services.actions.notices import (
    close_call,
    dispatch,
    dispatch_due,
    follow_deliveries,
    mark_posted,
    pause,
    post,
    resume,
    retry,
    retry_many,
    skip,
    wish,
)
from services.actions.notices.senders import Outcome, Outgoing, SendResult
from services.enums.notices import CallOutcome, Channel, NoticeState
from services.enums.people import Role
from services.models import CallTask, HistoryEntry, Notice
from services.notices.messages import Message
from services.rules.history import Actor
from services.rules.refusal import Refused
from tests.races import at_once

MESSAGE = Message(
    kind="services/notices/sample",
    title="무료 상담을 예약했습니다",
    short="[김제시] 상담 예약 완료\n11월 23일(월) 오후 3시 20분\n만경읍 행정복지센터\n예약번호 482-157",
    body="무료 상담을 예약했습니다.\n오시는 날: 11월 23일 월요일",
    reference="482-157",
)
CODE = Message("services/notices/verification", "", "[김제시] 인증번호 123456")
LANDLINE = "+82635403114"


class ScriptedSender:
    """Answers as told and remembers what it was given."""

    batch = 50

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.verdict = SendResult(Outcome.ACCEPTED, "")
        self.fates: dict[str, SendResult] = {}

    def send(self, batch: Sequence[Outgoing]) -> dict[int, SendResult]:
        self.sent += batch
        outcome = self.verdict
        return {letter.pk: SendResult(outcome.outcome, f"m{letter.pk}", outcome.detail) for letter in batch}

    def outcomes(self, provider_ids: Sequence[str]) -> dict[str, SendResult]:
        return {key: self.fates[key] for key in provider_ids if key in self.fates}


@pytest.fixture
def sender(monkeypatch) -> ScriptedSender:
    scripted = ScriptedSender()
    monkeypatch.setattr(dispatch, "sender_for", lambda channel: scripted)
    return scripted


@pytest.fixture(autouse=True)
def _office_hours(clock) -> None:
    clock("2026-11-20 10:00")


def states(once_key: str) -> dict[str, str]:
    return dict(Notice.objects.filter(once_key=once_key).values_list("channel", "state"))


class TestPosting:
    def test_the_same_cause_twice_is_one_message(self, make_resident):
        resident = make_resident()
        first = post(MESSAGE, once_key="booking:1:confirmed", resident=resident)
        assert post(MESSAGE, once_key="booking:1:confirmed", resident=resident) == first
        assert Notice.objects.count() == 1

    def test_ninety_bytes_are_a_text_and_one_more_is_a_long_text(self, make_resident):
        resident = make_resident()
        fits = post(Message("k", "", "가" * 45), once_key="a", resident=resident)
        long = post(Message("k", "", "가" * 45 + "a"), once_key="b", resident=resident)
        assert (fits.channel, long.channel) == (Channel.SMS, Channel.LMS)

    def test_a_rolled_back_cause_leaves_no_message(self, make_resident):
        resident = make_resident()

        @transaction.atomic
        def book() -> None:
            post(MESSAGE, once_key="a", resident=resident)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            book()
        assert not Notice.objects.exists()

    def test_without_a_mobile_phone_somebody_calls_and_a_letter_goes(self, make_resident):
        resident = make_resident(phone=LANDLINE, address="전북특별자치도 김제시 만경읍 만경로 12")
        post(MESSAGE, once_key="a", resident=resident)
        assert states("a") == {"call": "call", "letter": "queued"}
        assert CallTask.objects.open().get().due_on == dt.date(2026, 11, 20)

    def test_a_reminder_becomes_no_letter_for_it_would_arrive_too_late(self, make_resident):
        resident = make_resident(phone=LANDLINE, address="김제시 만경읍 만경로 12")
        post(MESSAGE, once_key="a", resident=resident, expires_at=timezone.now() + dt.timedelta(days=1))
        assert states("a") == {"call": "call"}

    def test_a_decision_goes_as_text_and_letter(self, make_resident):
        resident = make_resident(address="김제시 만경읍 만경로 12")
        message = Message("k", "지원합니다", "[김제시] 지원", "긴 글", letter="편지 글")
        post(message, once_key="a", resident=resident, also=[Channel.LETTER])
        assert states("a") == {"sms": "queued", "letter": "queued"}
        assert Notice.objects.get(channel=Channel.LETTER).text == "편지 글"

    def test_without_an_address_there_is_no_letter(self, make_resident):
        post(MESSAGE, once_key="a", resident=make_resident(), also=[Channel.LETTER])
        assert states("a") == {"sms": "queued"}

    def test_who_wishes_e_mail_gets_it_on_top(self, make_resident):
        resident = make_resident()
        wish(resident.pk, by=resident.actor, email="kim@example.com")
        post(MESSAGE, once_key="a", resident=resident)
        assert states("a") == {"sms": "queued", "email": "queued"}
        assert Notice.objects.get(channel=Channel.EMAIL).masked_to == "ki*@example.com"

    @pytest.mark.parametrize(("by_alimtalk", "expected"), [(True, Channel.ALIMTALK), (False, Channel.SMS)])
    def test_alimtalk_goes_first_where_it_is_registered_and_not_refused(
        self, make_resident, settings, by_alimtalk, expected
    ):
        settings.ALIMTALK_PROFILE, settings.ALIMTALK_TEMPLATES = "profile", {MESSAGE.kind: "template"}
        resident = make_resident()
        wish(resident.pk, by=resident.actor, by_alimtalk=by_alimtalk)
        assert post(MESSAGE, once_key="a", resident=resident).channel == expected

    def test_a_code_goes_to_a_phone_whose_owner_is_not_known_yet(self, db):
        notice = post(CODE, once_key="verification:1", phone="+821012345678", is_urgent=True)
        assert (notice.resident, notice.to, notice.channel) == (None, "+821012345678", Channel.SMS)

    def test_number_and_text_are_unreadable_in_the_table(self, make_resident):
        post(MESSAGE, once_key="a", resident=make_resident())
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM services_notice")
            row = " ".join(map(str, cursor.fetchone()))
        assert "1012345678" not in row
        assert "만경읍" not in row


class TestDispatching:
    def test_a_due_notice_is_sent_once_with_its_key(self, make_resident, sender):
        notice = post(MESSAGE, once_key="booking:1:confirmed", resident=make_resident())
        assert dispatch_due() == 1
        assert dispatch_due() == 0
        assert [(letter.text, letter.key) for letter in sender.sent] == [
            (MESSAGE.short, f"{notice.pk}:booking:1:confirmed")
        ]
        notice.refresh_from_db()
        assert (notice.state, notice.attempts_made, notice.provider_id) == ("sent", 1, f"m{notice.pk}")
        assert notice.attempts.get().ok

    def test_nothing_goes_before_its_time(self, make_resident, sender, clock):
        post(MESSAGE, once_key="a", resident=make_resident(), not_before=timezone.now() + dt.timedelta(hours=1))
        assert dispatch_due() == 0
        clock("2026-11-20 11:00")
        assert dispatch_due() == 1

    @pytest.mark.parametrize("moment", ["2026-11-20 20:00", "2026-11-21 03:00", "2026-11-21 08:59"])
    def test_what_falls_in_the_night_waits_for_nine_o_clock(self, make_resident, sender, clock, moment):
        clock(moment)
        notice = post(MESSAGE, once_key="a", resident=make_resident())
        assert dispatch_due() == 0
        notice.refresh_from_db()
        assert notice.state == NoticeState.HELD
        clock("2026-11-21 09:00")
        assert dispatch_due() == 1

    def test_a_phone_code_goes_at_night_too(self, sender, clock, db):
        clock("2026-11-21 03:00")
        post(CODE, once_key="verification:1", phone="+821012345678", is_urgent=True)
        assert dispatch_due() == 1

    def test_a_reminder_whose_hour_has_passed_is_not_sent_late(self, make_resident, sender, clock):
        soon = timezone.now() + dt.timedelta(minutes=30)
        notice = post(MESSAGE, once_key="a", resident=make_resident(), expires_at=soon)
        clock("2026-11-20 10:31")
        assert dispatch_due() == 0
        notice.refresh_from_db()
        assert (notice.state, notice.why, sender.sent) == ("skipped", "보낼 때가 지났습니다.", [])

    @pytest.mark.parametrize(("is_demo", "kept"), [(False, ""), (True, CODE.short)])
    def test_a_code_is_erased_once_it_is_sent_except_in_the_demonstration(self, sender, db, settings, is_demo, kept):
        settings.DEMO = is_demo
        notice = post(CODE, once_key="verification:1", phone="+821012345678", is_urgent=True)
        dispatch_due()
        notice.refresh_from_db()
        assert (notice.state, notice.short) == ("sent", kept)

    def test_a_code_that_came_too_late_is_erased_too(self, sender, db, clock):
        expiry = timezone.now() + dt.timedelta(minutes=3)
        notice = post(CODE, once_key="v", phone="+821012345678", is_urgent=True, expires_at=expiry)
        clock("2026-11-20 10:04")
        dispatch_due()
        notice.refresh_from_db()
        assert (notice.state, notice.short) == ("skipped", "")

    def test_five_tries_with_growing_waits_then_somebody_calls(self, make_resident, sender, clock):
        sender.verdict = SendResult(Outcome.LATER, detail="http 502")
        notice = post(MESSAGE, once_key="a", resident=make_resident())
        waits = []
        for _attempt in range(5):
            tried_at = timezone.now()
            assert dispatch_due() == 0
            notice.refresh_from_db()
            waits.append((notice.next_at - tried_at).total_seconds() / 60)
            clock(f"{timezone.localtime(notice.next_at):%Y-%m-%d %H:%M}")
        assert waits[:4] == [5, 10, 20, 40]
        assert states("a") == {"sms": "dead", "call": "call"}
        assert notice.attempts.filter(ok=False, detail="http 502").count() == 5
        assert dispatch_due() == 0

    def test_a_refused_number_goes_to_the_call_list_at_once(self, make_resident, sender):
        sender.verdict = SendResult(Outcome.REJECTED, detail="3010")
        post(MESSAGE, once_key="a", resident=make_resident())
        dispatch_due()
        assert states("a") == {"sms": "dead", "call": "call"}

    def test_a_refused_alimtalk_goes_as_text(self, make_resident, sender, settings):
        settings.ALIMTALK_PROFILE, settings.ALIMTALK_TEMPLATES = "profile", {MESSAGE.kind: "template"}
        sender.verdict = SendResult(Outcome.REJECTED, detail="3104")
        post(MESSAGE, once_key="a", resident=make_resident())
        sender.send = lambda batch: {
            letter.pk: SendResult(
                Outcome.REJECTED if letter.channel == Channel.ALIMTALK else Outcome.ACCEPTED, str(letter.pk)
            )
            for letter in batch
        }
        dispatch_due()
        assert states("a") == {"alimtalk": "fallback", "sms": "sent"}

    def test_a_sender_with_a_fault_loses_nothing(self, make_resident, sender, monkeypatch):
        monkeypatch.setattr(sender, "send", lambda batch: 1 / 0)
        notice = post(MESSAGE, once_key="a", resident=make_resident())
        assert dispatch_due() == 0
        notice.refresh_from_db()
        assert (notice.state, notice.why) == ("retry", "ZeroDivisionError")

    def test_a_dead_worker_s_notice_is_taken_over_when_its_lease_ends(self, make_resident, sender, clock):
        notice = post(MESSAGE, once_key="a", resident=make_resident())
        (lost,) = dispatch.claim(Channel.BY_PHONE, 10)
        assert dispatch_due() == 0
        clock("2026-11-20 10:04")
        assert dispatch_due() == 1
        assert sender.sent[0].is_repeat
        assert not dispatch.settle(lost, SendResult(Outcome.LATER))  # the dead one comes back and changes nothing
        notice.refresh_from_db()
        assert notice.state == NoticeState.SENT

    def test_a_notice_that_kills_five_workers_is_given_up(self, make_resident, sender, clock):
        post(MESSAGE, once_key="a", resident=make_resident())
        for hour in range(11, 16):
            assert dispatch.claim(Channel.BY_PHONE, 10)
            clock(f"2026-11-20 {hour}:00")
        assert dispatch_due() == 0
        assert sender.sent == []
        assert states("a") == {"sms": "dead", "call": "call"}

    def test_urgent_codes_overtake_the_morning_s_reminders(self, make_resident, sender):
        post(MESSAGE, once_key="a", resident=make_resident())
        post(CODE, once_key="v", phone="+821099998888", is_urgent=True)
        dispatch_due()
        assert [letter.text for letter in sender.sent] == [CODE.short, MESSAGE.short]

    def test_the_limit_bounds_one_round(self, make_resident, sender):
        resident = make_resident()
        for number in range(5):
            post(MESSAGE, once_key=str(number), resident=resident)
        assert dispatch_due(limit=3) == 3
        assert dispatch_due() == 2

    def test_letters_and_calls_wait_for_people(self, make_resident, sender):
        resident = make_resident(phone=LANDLINE, address="김제시 만경읍 만경로 12")
        post(MESSAGE, once_key="a", resident=resident)
        assert dispatch_due() == 0
        assert sender.sent == []

    def test_a_cancelled_booking_s_reminder_is_not_sent(self, make_resident, sender):
        post(MESSAGE, once_key="a", resident=make_resident(), not_before=timezone.now() + dt.timedelta(hours=2))
        assert skip(Notice.objects.filter(once_key="a"), "예약을 취소했습니다.") == 1
        assert states("a") == {"sms": "skipped"}

    def test_a_paused_one_goes_out_after_all_in_whatever_words_it_was_paused(self, make_resident, sender):
        """A sentence is for people; what was paused is found by its code, what was cancelled stays so."""
        later, resident = timezone.now() + dt.timedelta(hours=2), make_resident()
        for key in ("paused", "elsewhere", "cancelled"):
            post(MESSAGE, once_key=key, resident=resident, not_before=later)
        of = Notice.objects.filter
        pause(of(once_key="paused"), "정하는 중입니다.", code="worklist")
        pause(of(once_key="elsewhere"), "정하는 중입니다.", code="other")
        skip(of(once_key="cancelled"), "정하는 중입니다.")
        Notice.objects.update(why="다른 말로 적었습니다.")
        assert resume(Notice.objects.all(), code="worklist") == 1
        assert (states("paused"), states("elsewhere"), states("cancelled")) == (
            {"sms": "queued"},
            {"sms": "skipped"},
            {"sms": "skipped"},
        )
        assert resume(Notice.objects.all(), code="worklist") == 0


class TestDelivery:
    @pytest.fixture
    def sent(self, make_resident, sender, clock) -> Notice:
        notice = post(MESSAGE, once_key="a", resident=make_resident())
        dispatch_due()
        clock("2026-11-20 10:05")
        return notice

    def test_an_arrived_text_is_marked(self, sent, sender):
        sender.fates[f"m{sent.pk}"] = SendResult(Outcome.DELIVERED)
        assert follow_deliveries() == 1
        assert states("a") == {"sms": "delivered"}
        assert follow_deliveries() == 0

    def test_a_text_that_never_arrived_goes_to_the_call_list(self, sent, sender):
        sender.fates[f"m{sent.pk}"] = SendResult(Outcome.REJECTED, detail="3043")
        follow_deliveries()
        assert states("a") == {"sms": "dead", "call": "call"}

    def test_while_nobody_knows_the_question_is_asked_ever_more_rarely(self, sent, sender, clock):
        assert follow_deliveries() == 0
        sent.refresh_from_db()
        assert timezone.localtime(sent.next_at).strftime("%H:%M") == "10:10"
        assert sent.state == NoticeState.SENT


class TestPeople:
    @pytest.fixture
    def officer(self, make_staff):
        return make_staff(Role.CONSULTATION_OFFICER)

    @pytest.fixture
    def dead(self, make_resident, sender) -> Notice:
        sender.verdict = SendResult(Outcome.REJECTED, detail="3010")
        notice = post(MESSAGE, once_key="a", resident=make_resident())
        dispatch_due()
        sender.verdict = SendResult(Outcome.ACCEPTED)
        notice.refresh_from_db()
        return notice

    def test_a_retried_notice_goes_out_and_leaves_the_call_list(self, dead, officer, sender):
        retry(dead.pk, by=officer.actor)
        assert not CallTask.objects.open().exists()
        assert dispatch_due() == 1
        assert states("a") == {"sms": "sent", "call": "skipped"}
        assert HistoryEntry.objects.get(move="retried").actor_key == str(officer.pk)

    def test_a_second_officer_s_retry_gets_a_calm_answer(self, dead, officer):
        retry(dead.pk, by=officer.actor)
        with pytest.raises(Refused, match="보내지 못한 알림만"):
            retry(dead.pk, by=officer.actor)

    def test_who_was_told_by_phone_gets_no_text_any_more(self, dead, officer):
        close_call(CallTask.objects.get().pk, CallOutcome.TOLD, by=officer.actor)
        with pytest.raises(Refused, match="이미 전화로"):
            retry(dead.pk, by=officer.actor)

    def test_many_are_retried_and_the_told_ones_left_alone(self, dead, officer, make_resident, sender):
        sender.verdict = SendResult(Outcome.REJECTED)
        post(MESSAGE, once_key="b", resident=make_resident(name="시연 이금구"))
        dispatch_due()
        close_call(CallTask.objects.get(notice__once_key="a").pk, CallOutcome.TOLD, by=officer.actor)
        assert retry_many([one.pk for one in Notice.objects.dead().order_by("pk")], by=officer.actor) == 1

    def test_a_retry_that_fails_again_brings_the_call_back(self, dead, officer, sender):
        retry(dead.pk, by=officer.actor)
        sender.verdict = SendResult(Outcome.REJECTED)
        dispatch_due()
        assert CallTask.objects.open().count() == 1

    @pytest.mark.parametrize(
        ("outcome", "state", "is_open"),
        [
            (CallOutcome.TOLD, "sent", False),
            (CallOutcome.FAMILY_TOLD, "sent", False),
            (CallOutcome.WRONG_NUMBER, "dead", False),
            (CallOutcome.ABSENT, "call", True),
            (CallOutcome.CALL_BACK, "call", True),
        ],
    )
    def test_the_outcome_of_a_call_decides_whether_it_stays_on_the_list(
        self, make_resident, officer, outcome, state, is_open
    ):
        post(MESSAGE, once_key="a", resident=make_resident(phone=LANDLINE))
        task = close_call(CallTask.objects.get().pk, outcome, by=officer.actor, note="오후 3시")
        assert states("a") == {"call": state}
        assert CallTask.objects.open().exists() is is_open
        assert (task.tries, task.by, task.note) == (1, officer, "오후 3시")

    def test_a_call_that_a_colleague_finished_is_not_finished_twice(self, make_resident, officer):
        post(MESSAGE, once_key="a", resident=make_resident(phone=LANDLINE))
        task = CallTask.objects.get()
        close_call(task.pk, CallOutcome.TOLD, by=officer.actor)
        with pytest.raises(Refused, match="이미 처리한"):
            close_call(task.pk, CallOutcome.TOLD, by=officer.actor)

    def test_a_posted_letter_is_sent_once(self, make_resident, officer):
        post(MESSAGE, once_key="a", resident=make_resident(address="김제시 1"), also=[Channel.LETTER])
        letters = Notice.objects.letters_to_print()
        assert letters.count() == 1
        assert mark_posted([one.pk for one in letters], by=officer.actor) == 1
        assert mark_posted([one.pk for one in letters], by=officer.actor) == 0
        assert states("a")["letter"] == "sent"


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_send_each_notice_exactly_once(make_resident, sender):
    resident = make_resident()
    for number in range(60):
        post(MESSAGE, once_key=str(number), resident=resident)
    sender.batch = 7
    at_once(*[dispatch_due] * 4)
    assert sorted(letter.pk for letter in sender.sent) == sorted(Notice.objects.values_list("pk", flat=True))
    assert set(Notice.objects.values_list("state", "attempts_made")) == {("sent", 1)}


def test_ordinary_work_costs_the_same_number_of_queries_for_one_and_many(
    make_resident, sender, django_assert_max_num_queries
):
    resident = make_resident()
    for number in range(20):
        post(MESSAGE, once_key=str(number), resident=resident)
    with django_assert_max_num_queries(27):
        dispatch_due()


def test_the_actor_of_a_wish_is_kept(make_resident):
    resident = make_resident()
    wish(resident.pk, by=Actor.resident(resident.pk), by_letter=True)
    assert HistoryEntry.objects.get(move="contact_wish").actor_kind == "resident"
