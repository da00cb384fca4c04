"""The full texts, their length on the air, and once-keys."""

from datetime import date

import pytest
from django.utils import timezone

from consultations.actions import bookings, reminders
from consultations.enums import FollowUp
from consultations.models import Venue
from consultations.notices import letters_of, reminders_for, reminders_of
from services.actions.notices import post_many
from services.enums.notices import Channel, NoticeState
from services.models import CallTask, Notice
from services.rules.korean import cp949_bytes
from tests.consultations.factories import BY, EVE, at, booked, clinic_day

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


def only(kind: str) -> Notice:
    return Notice.objects.get(kind=f"consultations/notices/{kind}")


def test_booked(make_resident, settings):
    settings.CONSULTATION_PHONE, settings.CONSULTATION_DEPARTMENT = "063-540-3114", "기획감사실"
    booking = booked(make_resident(), clinic_day())
    notice = only("booked")
    assert notice.once_key == f"booking:{booking.pk}:booked:20261123T1520"
    assert notice.short == (
        "[김제시] 상담 예약 완료\n11월 23일(월) 오후 3시 20분\n만경읍 행정복지센터\n"
        f"예약번호 {booking.shown_reference}"
    )
    assert notice.body == (
        "시연 김만경 님, 무료 상담을 예약했습니다.\n\n"
        "날짜: 11월 23일(월) 오후 3시 20분부터 20분\n장소: 만경읍 행정복지센터\n상담: 생활 법률\n"
        f"예약번호: {booking.shown_reference}\n\n"
        "신분증과 관련 서류(고지서, 계약서, 받은 편지)를 가져오세요. 상담은 무료입니다.\n"
        "못 오시게 되면 미리 알려 주세요. 기다리는 분께 자리를 드릴 수 있습니다.\n"
        "바꾸기와 취소: 063-540-3114\n\n김제시 기획감사실\n이 문자에는 인터넷 주소를 넣지 않습니다."
    )


def test_reminders_wait_for_their_hour(make_resident):
    booking = booked(make_resident(), clinic_day())
    ahead, before, today = only("ahead"), only("reminder"), only("today")
    assert (
        ahead.short == "[김제시] 3일 뒤 상담\n11월 23일(월) 오후 3시 20분\n만경읍 행정복지센터\n못 오시면 전화하세요."
    )
    assert (
        before.short == "[김제시] 내일 상담\n11월 23일(월) 오후 3시 20분\n만경읍 행정복지센터\n못 오시면 전화 주세요."
    )
    assert today.short == "[김제시] 오늘 오후 3시 20분 상담\n만경읍 행정복지센터\n신분증과 서류를 가져오세요."
    assert (ahead.next_at, ahead.expires_at) == (at(10, on=date(2026, 11, 20)), at(20, on=date(2026, 11, 20)))
    assert (before.next_at, before.expires_at) == (at(10, on=date(2026, 11, 22)), at(20, on=date(2026, 11, 22)))
    assert (today.next_at, today.expires_at) == (at(13, 20), at(15, 20))
    assert ahead.once_key == f"booking:{booking.pk}:ahead3:20261123T1520"
    assert today.once_key == f"booking:{booking.pk}:today:20261123T1520"


def test_moved_and_cancelled(make_resident):
    day = clinic_day()
    booking = booked(make_resident(), day)
    bookings.move(booking.pk, day.pk, at(16), by=BY)
    assert only("moved").short == (
        f"[김제시] 상담 예약 변경\n11월 23일(월) 오후 4시\n만경읍 행정복지센터\n예약번호 {booking.shown_reference}"
    )
    bookings.cancel(booking.pk, by=BY)
    assert only("cancelled").short == (
        f"[김제시] 상담 예약을 취소했습니다.\n11월 23일(월) 오후 4시\n예약번호 {booking.shown_reference}"
    )


def test_no_text_message_is_longer_than_ninety_bytes(make_resident):
    """KR-04, with the longest venue and time; and none names the person, the topic or the question."""
    longest = max(
        (venue.name for venue in Venue.objects.order_by("pk")), key=cp949_bytes, default="만경읍 행정복지센터"
    )
    assert cp949_bytes(longest) <= cp949_bytes("만경읍 행정복지센터")
    day = clinic_day()
    booking = booked(make_resident(), day, question="비밀 이야기", topic="FAMILY")
    bookings.move(booking.pk, day.pk, at(16, 40), by=BY)
    bookings.cancel(booking.pk, by=BY)
    for notice in Notice.objects.order_by("pk"):
        assert cp949_bytes(notice.short) <= 90, notice.kind
        assert "김만경" not in notice.short
        assert not {"비밀", "이혼", "http", "www"} & set((notice.short + notice.body).split())
        assert notice.channel == Channel.SMS


@pytest.mark.parametrize("kind", ["ahead", "reminder", "today"])
def test_a_move_voids_the_old_reminders_and_makes_new_ones(make_resident, kind):
    day = clinic_day()
    booking = booked(make_resident(), day)
    bookings.move(booking.pk, day.pk, at(16), by=BY)
    reminders = Notice.objects.filter(kind=f"consultations/notices/{kind}").order_by("pk")
    assert [(one.state, one.why) for one in reminders] == [
        (NoticeState.SKIPPED, "시간을 바꾸었습니다."),
        (NoticeState.QUEUED, ""),
    ]


def test_moving_away_and_back_still_reminds(make_resident):
    day = clinic_day()
    booking = booked(make_resident(), day)
    bookings.move(booking.pk, day.pk, at(16), by=BY)
    bookings.move(booking.pk, day.pk, at(15, 20), by=BY)
    waiting = Notice.objects.filter(kind="consultations/notices/reminder", state=NoticeState.QUEUED).order_by("pk")
    assert [one.once_key for one in waiting] == [f"booking:{booking.pk}:reminder:20261123T1520.2"]


def test_cancelling_voids_reminders_with_the_reason(make_resident):
    booking = booked(make_resident(), clinic_day())
    bookings.cancel(booking.pk, by=BY)
    assert {(one.state, one.why) for one in reminders_of(booking)} == {(NoticeState.SKIPPED, "예약을 취소했습니다.")}
    assert reminders_of(booking).count() == 3


def test_a_reminder_whose_time_is_over_is_recorded_as_skipped(make_resident, clock):
    day = clinic_day()
    clock("2026-11-23 11:00")
    booked(make_resident(), day)
    assert (only("reminder").state, only("reminder").why) == (NoticeState.SKIPPED, "보낼 시간이 이미 지났습니다.")
    assert only("today").state == NoticeState.QUEUED


def test_booking_for_tomorrow_skips_the_reminder_of_three_days_before(make_resident, clock):
    day = clinic_day()
    clock("2026-11-22 09:00")
    booking = booked(make_resident(), day)
    assert [(one.once_key.split(":")[2], one.state, one.why) for one in reminders_of(booking).order_by("pk")] == [
        ("ahead3", NoticeState.SKIPPED, "보낼 시간이 이미 지났습니다."),
        ("reminder", NoticeState.QUEUED, ""),
        ("today", NoticeState.QUEUED, ""),
    ]


def test_people_with_a_landline_are_phoned_in_time(make_resident, clock):
    """On working days before the Monday, so that officers sit at their desks; not two hours before."""
    clock("2026-11-16 10:00")
    booking = booked(make_resident(phone="+82635403114"), clinic_day())
    assert {notice.channel for notice in Notice.objects.order_by("pk")} == {Channel.CALL}
    due = {task.notice.once_key.split(":")[2]: task.due_on for task in CallTask.objects.select_related("notice")}
    assert due == {
        "booked": timezone.localdate(),
        "ahead3": date(2026, 11, 18),
        "reminder": date(2026, 11, 20),
    }
    friday = Notice.objects.get(once_key__contains=":reminder:")
    assert friday.short.startswith("[김제시] 3일 뒤 상담")  # what the officer reads out is true on that day
    today = Notice.objects.get(once_key__contains=":today:")
    assert (today.state, today.why) == (NoticeState.SKIPPED, "집 전화로는 상담 당일에 알리지 않습니다.")
    bookings.cancel(booking.pk, by=BY)
    assert not CallTask.objects.open().filter(notice__in=reminders_of(booking)).exists()


def test_holidays_move_the_calls_before_them(make_resident, clock):
    """2026-09-28 is the Monday after Chuseok (24th and 25th)."""
    clock("2026-09-14 10:00")
    monday = date(2026, 9, 28)
    booked(make_resident(phone="+82635403114"), clinic_day(on=monday), at(15, on=monday))
    due = CallTask.objects.filter(notice__once_key__contains=":reminder:").values_list("due_on", flat=True)
    assert list(due) == [date(2026, 9, 23)]


def test_the_settings_decide_when_people_are_reminded(make_resident, settings):
    settings.CONSULTATION_REMINDERS = ["2d 09:30"]
    booking = booked(make_resident(), clinic_day())
    (notice,) = reminders_of(booking)
    assert notice.short.startswith("[김제시] 2일 뒤 상담\n")
    assert notice.next_at == at(9, 30, on=date(2026, 11, 21))


def test_reminders_cost_no_query_more_for_people_with_a_mobile_phone(make_resident, django_assert_num_queries):
    booking = booked(make_resident(), clinic_day())
    with django_assert_num_queries(0):
        reminders_for(booking)


def test_the_helper_is_told_too(make_resident):
    helper = make_resident("시연 이이장", "+821099998888")
    booking = booked(make_resident(), clinic_day(), helper=helper, helper_relation="이장")
    own, copy = Notice.objects.filter(once_key__contains=":booked:").order_by("pk")
    assert (own.resident, copy.resident) == (booking.resident, helper)
    assert own.short == (
        "[김제시] 상담 대신 예약\n11월 23일(월) 오후 3시 20분\n만경읍 행정복지센터\n"
        f"예약번호 {booking.shown_reference}"
    )
    assert own.body.startswith("시연 김만경 님, 부탁받은 분이 무료 상담을 대신 예약했습니다.\n")
    assert "원하지 않으시면 전화해 주세요. 바로 취소해드립니다." in own.body
    assert copy.kind == "consultations/notices/booked"
    assert helper.name in copy.body
    assert booking.resident.name not in copy.body


def test_the_helper_gets_the_confirmation_and_nothing_else(make_resident, clock):
    helper = make_resident("시연 이이장", "+821099998888")
    day = clinic_day()
    booking = booked(make_resident(), day, helper=helper, helper_relation="이장")
    bookings.move(booking.pk, day.pk, at(16), by=BY)
    reminders.remind(booking.pk, by=BY)
    other = booked(make_resident("시연 둘째"), day, helper=helper, helper_relation="이장")
    bookings.cancel(other.pk, by=BY)
    clock("2026-11-23 16:30")
    bookings.mark_missed(booking.pk, by=BY)
    assert {one.once_key.split(":")[2] for one in Notice.objects.filter(resident=helper).order_by("pk")} == {"booked"}


def test_a_helper_without_a_mobile_phone_is_not_called(make_resident):
    """They have just been told, on the phone or at the counter."""
    helper = make_resident("시연 이이장", "+82635405555")
    booked(make_resident(), clinic_day(), helper=helper, helper_relation="이장")
    assert not Notice.objects.filter(resident=helper).exists()


@pytest.mark.parametrize(
    ("where", "office"),
    [
        (FollowUp.LEGAL_AID, "대한법률구조공단 132"),
        (FollowUp.TAX_CENTRE, "국세상담센터 126"),
        (FollowUp.TAX_AGENT, "지방세 선정대리인"),
    ],
)
def test_out_of_scope_says_where_to_turn(make_resident, settings, where, office):
    settings.CONSULTATION_PHONE, settings.CONSULTATION_DEPARTMENT = "063-540-3114", "기획감사실"
    booking = booked(make_resident(), clinic_day())
    bookings.set_out_of_scope(booking.pk, where, by=BY)
    notice = only("out_of_scope")
    assert notice.once_key == f"booking:{booking.pk}:out_of_scope"
    assert notice.short == (f"[김제시] 다른 곳에서 도울 상담입니다.\n{office}\n예약번호 {booking.shown_reference}")
    assert cp949_bytes(notice.short) <= 90
    assert notice.body == (
        "시연 김만경 님, 예약하신 상담은 다른 기관이 더 잘 도와드릴 수 있습니다.\n\n"
        f"먼저 전화하실 곳: {office}\n\n"
        "소송 도움: 대한법률구조공단 132\n국세 문의: 국세상담센터 126\n"
        "지방세 이의신청 대리인: 김제시 063-540-3114\n\n"
        f"예약은 끝냈습니다. 예약번호: {booking.shown_reference}\n"
        "어디로 전화할지 모르시겠으면 저희에게 전화해 주세요. 함께 찾아드립니다.\n\n김제시 기획감사실"
    )
    assert {(one.state, one.why) for one in reminders_of(booking)} == {
        (NoticeState.SKIPPED, "다른 기관을 안내했습니다.")
    }


def test_the_same_message_twice_is_one_row(make_resident):
    booking = booked(make_resident(), clinic_day())
    count = Notice.objects.count()
    post_many(letters_of("booked", booking, title="무료 상담을 예약했습니다"))
    reminders.remind(booking.pk, by=BY)
    assert Notice.objects.count() == count
