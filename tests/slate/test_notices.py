"""The words of each message, in full, and each only once."""

import datetime as dt

import pytest

from services.enums.people import Role
from services.models import CallTask, Notice
from services.rules.korean import cp949_bytes
from slate import actions
from slate.enums import Needed, Work
from tests.slate import factories as make


@pytest.fixture
def programme(db, clock):
    clock("2020-02-25 10:00")
    return make.programme_of_2020()


def sent(application, event: str) -> Notice:
    return Notice.objects.get(once_key__startswith=f"application:{application.pk}:{event}")


def test_more_papers(programme):
    officer = make.staff(Role.SLATE_OFFICER)
    application = make.being_checked(programme, officer)
    items = [Needed.PHOTOS, Needed.OTHER]
    actions.request_more(
        application, items=items, note="토지대장 '사본'도 내 주세요.", by=officer, version=application.version
    )
    notice = sent(application, "returned")
    assert notice.short == "[김제시] 서류가 더 필요합니다.\n접수번호 2020-SL-0001\n3월 10일(화)까지 내 주세요."
    assert "1. 건물 사진: 땅에서 찍은 사진을 올려 주세요." in notice.body
    assert "토지대장 '사본'도 내 주세요." in notice.body  # not HTML: nothing is escaped


def test_approved_and_withdrawn(programme):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.proposed(programme, make.staff(Role.SLATE_OFFICER))
    actions.approve(application, by=make.staff(Role.SLATE_APPROVER), version=application.version)
    notice = sent(application, "approved")
    assert notice.short == "[김제시] 슬레이트 철거를 지원합니다.\n접수번호 2020-SL-0001\n면적은 찾아가서 재겠습니다."
    assert "지원금: 3,440,000원까지" in notice.body
    actions.withdraw(application, by=make.BY)
    assert sent(application, "withdrawn").short.startswith("[김제시] 슬레이트 신청을 취소했습니다.")


def test_every_short_message_fits_one_sms_and_carries_no_name(programme):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    officer, approver = make.staff(Role.SLATE_OFFICER), make.staff(Role.SLATE_APPROVER)
    approved, refused = make.proposed(programme, officer), make.refusal_proposed(programme, officer)
    actions.approve(approved, by=approver, version=approved.version)
    actions.refuse(refused, by=approver, version=refused.version)
    shorts = list(Notice.objects.order_by("pk").values_list("short", flat=True))
    assert len(shorts) == 4
    for short in shorts:
        assert cp949_bytes(short) <= 90
        assert "김만경" not in short
        assert "http" not in short


def test_somebody_without_a_mobile_phone_is_called(programme):
    application = make.submitted(programme, phone="+82635401234")
    assert CallTask.objects.get().notice == sent(application, "submitted")
    assert application.due_on == dt.date(2020, 3, 13)
