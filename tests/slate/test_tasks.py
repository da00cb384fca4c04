"""The clock's messages: each at its time, in full, once; a rerun changes nothing."""

import pytest
from django.contrib.sessions.backends.db import SessionStore

from services.actions.drafts import new_draft, save_answers
from services.enums.people import Role
from services.models import Draft, JobRun, Notice, blind_index
from services.rules.korean import cp949_bytes
from slate import tasks
from slate.actions import casework, intake
from slate.actions.reminders import DRAFT_KIND
from slate.enums import Needed
from tests.slate import factories as make

PHONE = "+821055512345"


@pytest.fixture
def programme(db, clock):
    clock("2020-02-25 10:00")
    return make.programme_of_2020()


def told(event: str) -> list[str]:
    return list(Notice.objects.filter(once_key__contains=event).order_by("pk").values_list("short", flat=True))


def asked_for_papers(programme):
    officer = make.staff(Role.SLATE_OFFICER)
    application = make.being_checked(programme, officer)
    casework.request_more(
        application.pk, items=[Needed.PHOTOS], note="", by=officer.actor, version=application.version
    )
    return application


def test_papers_are_asked_for_again_three_days_before(programme, clock):
    asked_for_papers(programme)  # until 10 March
    clock("2020-03-06 10:00")
    tasks.remind()
    assert told(":reminder") == []
    for day in ("2020-03-07 10:00", "2020-03-08 10:00"):
        clock(day)
        tasks.remind()
    text = "[김제시] 3월 10일(화)까지 서류를 내 주세요.\n접수번호 2020-SL-0001\n늦어지면 전화 주세요."
    assert told(":reminder") == [text]
    assert cp949_bytes(text) <= 90


def test_papers_that_came_are_not_asked_for_again(programme, clock):
    application = asked_for_papers(programme)
    intake.supply(application.pk, answer="보냅니다.", by=make.BY)
    clock("2020-03-08 10:00")
    tasks.remind()
    assert told(":reminder") == []


def test_progress_is_told_every_thirty_days(programme, clock):
    application = make.submitted(programme)
    clock("2020-03-25 10:00")
    tasks.remind()
    assert told(":progress:") == []
    clock("2020-03-26 10:00")
    tasks.remind()
    late = "[김제시] 신청을 확인하고 있습니다.\n접수번호 2020-SL-0001\n답이 늦어 죄송합니다."
    assert told(":progress:") == [late]  # the promised day was 13 March: no day is named that has passed
    clock("2020-04-26 10:00")
    tasks.remind()
    keys = Notice.objects.filter(once_key__contains=":progress:").order_by("pk").values_list("once_key", flat=True)
    assert list(keys) == [f"application:{application.pk}:progress:{day}" for day in (30, 60)]


def test_progress_names_the_day_that_is_still_to_come(programme, clock):
    application = asked_for_papers(programme)
    clock("2020-03-20 10:00")
    intake.supply(application.pk, answer="보냅니다.", by=make.BY)
    application.refresh_from_db()
    clock("2020-03-26 10:00")
    tasks.remind()
    assert told(":progress:")[0].endswith("까지 답해드립니다.")
    assert application.due_on.isoformat() > "2020-03-26"


def test_nobody_is_told_of_progress_while_papers_are_missing_or_after_the_end(programme, clock):
    asked_for_papers(programme)
    intake.withdraw(make.submitted(programme).pk, by=make.BY)
    clock("2020-03-27 10:00")
    tasks.remind()
    assert told(":progress:") == []


def a_draft(*, proved: str) -> Draft:
    session = SessionStore()
    if proved:
        session["resident_phone_index"] = blind_index(proved, purpose="phone")
    return save_answers(new_draft(session, DRAFT_KIND, phone=proved), application_contact={"phone": PHONE})


def test_a_draft_is_announced_three_days_before_it_goes(programme, clock, settings):
    settings.DRAFT_DAYS = 30
    draft = a_draft(proved=PHONE)  # until the end of 26 March
    a_draft(proved="")  # somebody typed a phone and proved nothing: it hears nothing
    clock("2020-03-22 10:00")
    tasks.remind()
    assert told(":draft_ends") == []
    for _ in range(2):
        clock("2020-03-24 10:00")
        tasks.remind()
    text = "[김제시] 쓰시던 슬레이트 신청서가 3월 27일(금)에 지워집니다. 그전에 제출해 주세요."
    assert told(":draft_ends") == [text]
    notice = Notice.objects.get(once_key__startswith=f"draft:{draft.pk}:draft_ends")
    assert notice.to == PHONE
    assert cp949_bytes(text) <= 90


def test_two_mornings_run_once_each_and_a_repeat_writes_nothing(programme, clock):
    make.submitted(programme)
    clock("2020-03-26 10:00")
    assert tasks.remind() == 1
    assert tasks.remind() == 0
    JobRun.objects.all().delete()
    before = Notice.objects.count()
    tasks.remind()  # a worker that died before it could say that it was done
    assert Notice.objects.count() == before
    clock("2020-03-27 10:00")
    assert tasks.remind() == 1


def test_a_morning_costs_no_more_for_twenty_who_were_told(programme, clock, django_assert_max_num_queries):
    for _ in range(5):
        make.submitted(programme)
    clock("2020-03-26 10:00")
    assert sum(tasks.tell_everybody().done) == 5
    with django_assert_max_num_queries(9):  # what is due, who is told, and what was bad: three times
        assert not any(tasks.tell_everybody().done)
