"""The words of each message, in full, and each only once."""

import datetime as dt

from services.actions.notices import post_many
from services.enums.notices import Channel
from services.enums.people import Role
from services.models import CallTask, Notice
from services.rules.korean import cp949_bytes
from slate import notices
from slate.actions import casework, decisions, intake
from slate.enums import Needed, Work
from tests.slate import factories as make


def sent(application, event: str, channel: Channel = Channel.SMS) -> Notice:
    return Notice.objects.get(once_key__startswith=f"application:{application.pk}:{event}", channel=channel)


def test_more_papers(programme):
    officer = make.staff(Role.SLATE_OFFICER)
    application = make.being_checked(programme, officer)
    items = [Needed.PHOTOS, Needed.OTHER]
    casework.request_more(
        application.pk, items=items, note="토지대장 '사본'도 내 주세요.", by=officer.actor, version=application.version
    )
    notice = sent(application, "returned")
    assert notice.short == "[김제시] 서류가 더 필요합니다.\n접수번호 2020-SL-0001\n3월 10일(화)까지 내 주세요."
    assert "1. 건물 사진: 땅에서 찍은 사진을 올려 주세요." in notice.body
    assert "토지대장 '사본'도 내 주세요." in notice.body  # not HTML: nothing is escaped


def test_approved_and_withdrawn(programme):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.proposed(programme, make.staff(Role.SLATE_OFFICER))
    decisions.approve(application.pk, by=make.staff(Role.SLATE_APPROVER).actor, version=application.version)
    notice = sent(application, "approved")
    assert notice.short == "[김제시] 슬레이트 철거를 지원합니다.\n접수번호 2020-SL-0001\n면적은 찾아가서 재겠습니다."
    assert "지원금: 3,440,000원까지" in notice.body
    intake.withdraw(application.pk, by=make.BY)
    assert sent(application, "withdrawn").short.startswith("[김제시] 슬레이트 신청을 취소했습니다.")


def test_every_short_message_fits_one_sms_and_carries_no_name(programme):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    officer, approver = make.staff(Role.SLATE_OFFICER), make.staff(Role.SLATE_APPROVER)
    approved, refused = make.proposed(programme, officer), make.refusal_proposed(programme, officer)
    decisions.approve(approved.pk, by=approver.actor, version=approved.version)
    decisions.refuse(refused.pk, by=approver.actor, version=refused.version)
    texts = Notice.objects.filter(channel=Channel.SMS)
    shorts = list(texts.order_by("pk").values_list("short", flat=True))
    assert len(shorts) == 4
    for short in shorts:
        assert cp949_bytes(short) <= 90
        assert "김만경" not in short
        assert "http" not in short


def test_somebody_without_a_mobile_phone_is_called(programme):
    application = make.submitted(programme, phone="+82635401234")
    assert CallTask.objects.get().notice == sent(application, "submitted", Channel.CALL)
    assert sent(application, "submitted", Channel.LETTER).to == f"김제시 만경읍 {application.address}"
    assert application.due_on == dt.date(2020, 3, 13)


def letters() -> list[Notice]:
    return list(Notice.objects.filter(channel=Channel.LETTER).order_by("pk"))


def test_a_request_for_papers_goes_by_letter_too_once(programme):
    officer = make.staff(Role.SLATE_OFFICER)
    application = make.being_checked(programme, officer, postal_address="전주시 완산구 시연로 1")
    request = casework.request_more(
        application.pk, items=[Needed.PHOTOS], note="", by=officer.actor, version=application.version
    )
    (letter,) = letters()
    assert letter.to == "전주시 완산구 시연로 1"
    assert letter.reference == "2020-SL-0001"
    assert "왜 필요한가요: 지붕에 슬레이트가 있는지 확인합니다." in letter.body
    assert "내실 날: 2020. 3. 10.(화)까지" in letter.body
    application.refresh_from_db()
    post_many([notices.returned(application, request)])  # the same again
    assert letters() == [letter]


def test_an_approval_goes_by_letter_with_the_words_of_its_record(programme):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.proposed(programme, make.staff(Role.SLATE_OFFICER))
    decision = decisions.approve(application.pk, by=make.staff(Role.SLATE_APPROVER).actor, version=application.version)
    (letter,) = letters()
    assert letter.once_key == f"application:{application.pk}:approved:{decision.pk}"
    assert letter.to == f"김제시 {application.place}" == decision.letter["address"]
    assert "지원 한도: 금3,440,000원(금삼백사십사만원)" in letter.body
    assert "6. 결정이 맞지 않다고 생각하시면\n가. 이의신청: " in letter.body
    assert "{" not in letter.body


def test_a_refusal_goes_by_letter_with_reason_and_remedies(programme):
    application = make.refusal_proposed(programme, make.staff(Role.SLATE_OFFICER))
    decisions.refuse(application.pk, by=make.staff(Role.SLATE_APPROVER).actor, version=application.version)
    (letter,) = letters()
    assert "현장에서 확인해 보니 지붕과 벽에 슬레이트가 없습니다." in letter.body
    assert "다. 행정소송: " in letter.body
    assert "이유는 편지로 알려드립니다." in sent(application, "refused").short
