"""The officer's desk when two people work at once, and what can still be taken back."""

import re

import pytest
from django.urls import reverse

from services.enums.people import Role
from services.models import Notice
from services.reports.history import timeline
from services.rules.refusal import Refused
from slate.actions import casework, decisions
from slate.enums import CheckItem, Household, Needed, Work
from slate.models import Application, Decision
from tests.newer import newer
from tests.slate import factories as make


def url(page: str, application: Application | None = None) -> str:
    return reverse(f"slate:staff_{page}", args=[application.reference] if application else [])


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


# A stale save


def test_a_late_save_shows_both_and_the_second_one_counts(programme, officer, staff_client):
    case = make.being_checked(programme, officer)
    desk, seen = staff_client(user=officer), case.version
    colleague = make.staff(Role.SLATE_OFFICER, display_name="강동료")
    theirs = make.checks(Household.NEAR_POOR, checked=[CheckItem.OWNER])
    casework.save_checks(case.pk, theirs, by=colleague.actor, version=seen)
    typed = make.LOOKED_UP | {
        "version": seen,
        "checked": ["owner", "slate"],
        "owner_number": "2020-18",
        "household": "general",
        "verified_on": "2020-02-24",
    }
    late = desk.post(url("checks", case), typed)
    page = late.content.decode()
    assert late.status_code == 409
    assert "강동료: 확인한 것 저장" in page
    assert newer(page) == [
        ("확인한 것", "주인 확인", "주인 확인, 슬레이트 있음"),
        ("건물이 있는 지번", case.lot, "비어 있음"),
        ("확인한 가구", "차상위계층", "해당하지 않습니다"),
        ("자격 확인한 날", "2020-02-25", "2020-02-24"),
        ("자격 유효한 날", "2020-08-23", "비어 있음"),
        ("주인 확인: 발급·조회 번호", "2020-17", "2020-18"),
    ]
    assert 'value="2020-02-24"' in page
    assert desk.post(url("checks", case), typed | {"version": version_on(page)}).status_code == 302
    case.refresh_from_db()
    assert (case.household, case.checked) == ("general", ["owner", "slate"])


def test_words_typed_for_somebody_else_are_kept_and_can_be_sent(programme, officer, approver, staff_client):
    case = make.being_checked(programme, officer)
    desk, seen = staff_client(user=officer), case.version
    casework.assign([case.pk], make.staff(Role.SLATE_OFFICER), by=approver.actor)
    typed = {"version": seen, "items": ["photos"], "note": "뒤쪽도 찍어 주세요."}
    page = desk.post(url("request_more", case), typed).content.decode()
    assert "뒤쪽도 찍어 주세요." in page
    assert "담당자 정함" in page
    assert desk.post(url("request_more", case), typed | {"version": version_on(page)}).status_code == 302


def test_a_refusal_that_is_no_race_leaves_the_version(programme, officer, staff_client):
    case = make.being_checked(programme, officer)
    typed = {"version": case.version, "checked": [], "household": "general", "eligible": "1"}
    answer = staff_client(user=officer).post(url("checks", case), typed)
    assert answer.status_code == 200
    assert "그사이" not in answer.content.decode()
    assert version_on(answer.content.decode()) == str(case.version)


@pytest.mark.parametrize("page", ["checks", "request_more", "propose_refusal", "propose_approval", "take_back"])
def test_where_nothing_can_be_done_there_is_no_form(programme, officer, staff_client, page):
    case = make.being_checked(programme, officer)
    casework.request_more(case.pk, items=[Needed.AREA], note="", by=officer.actor)
    text = staff_client(user=officer).get(url(page, case)).content.decode()
    assert "여기서 할 일이 없습니다" in text
    assert 'name="version"' not in text


def test_who_comes_after_the_decision_is_led_back_to_the_case(programme, officer, approver, staff_client):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    case = make.proposed(programme, officer)
    decisions.approve(case.pk, by=make.staff(Role.SLATE_APPROVER).actor)
    typed = {"version": case.version, "decision": "decide"}
    late = staff_client(user=approver).post(url("decide", case), typed)
    assert late.status_code == 409
    assert "이미 결정했습니다" in late.content.decode()
    assert f'href="{url("case", case)}"' in late.content.decode()
    assert 'name="version"' not in late.content.decode()


# Taken back by whoever proposed it


@pytest.mark.parametrize(("made", "before"), [(make.proposed, "eligible"), (make.refusal_proposed, "checking")])
def test_a_proposal_that_nobody_has_decided_can_be_taken_back(programme, officer, staff_client, made, before):
    case = made(programme, officer)
    desk, posted = staff_client(user=officer), Notice.objects.count()
    assert "올린 것 거두기" in desk.get(url("case", case)).content.decode()
    asked = desk.post(url("take_back", case), {"version": case.version, "reason": ""}).content.decode()
    assert "거두는 이유가 비어 있습니다." in asked
    done = desk.post(url("take_back", case), {"version": case.version, "reason": "사진을 다시 봅니다."}, follow=True)
    case.refresh_from_db()
    assert (case.state, case.proposed_by, case.reason_code, case.reason_sentence) == (before, None, "", "")
    assert (timeline(case)[-1].what, timeline(case)[-1].reason) == ("올린 것 거둠", "사진을 다시 봅니다.")
    assert Notice.objects.count() == posted
    assert "올린 것 거두기" not in done.content.decode()


def test_only_the_proposer_takes_back(programme, officer, approver, staff_client):
    case, other = make.proposed(programme, officer), make.staff(Role.SLATE_OFFICER)
    with pytest.raises(Refused, match="올린 사람만 거둘 수 있습니다"):
        casework.take_back(case.pk, reason="x", by=other.actor)
    page = staff_client(user=other).get(url("take_back", case)).content.decode()
    assert 'name="version"' not in page
    assert "올린 것 거두기" not in staff_client(user=other).get(url("case", case)).content.decode()


def test_what_is_decided_is_not_taken_back(programme, officer, approver):
    case = make.refusal_proposed(programme, officer)
    decisions.refuse(case.pk, by=approver.actor)
    with pytest.raises(Refused, match="이미 결정했습니다"):
        casework.take_back(case.pk, reason="x", by=officer.actor)


def test_the_proposer_gets_the_way_back_instead_of_a_form_that_is_refused(programme, staff_client):
    both = make.staff(Role.SLATE_OFFICER, Role.SLATE_APPROVER)
    case = make.proposed(programme, both)
    page = staff_client(user=both).get(url("decide", case)).content.decode()
    assert 'name="decision"' not in page
    assert url("take_back", case) in page
    assert url("decide", case) not in staff_client(user=both).get(url("case", case)).content.decode()


# Asked once


def test_the_approver_reads_what_the_proposal_rests_on_and_what_will_be_sent(
    programme, officer, approver, staff_client
):
    case = make.proposed(programme, officer, phone="+82635401234")
    page = staff_client(user=approver).get(url("decide", case)).content.decode()
    for words in (
        "확인한 것",
        "슬레이트 있음: 확인함",
        "whole.jpg",
        "주택 170m²",
        "전화 안내 1건(063-540-1234)",
    ):
        assert words in page
    assert "편지 1통(김제시 만경읍" in page
    assert "문자 1건" not in page


def test_a_batch_goes_from_what_the_page_showed(programme, officer, approver, staff_client):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    case = make.proposed(programme, officer)
    shown = f"{case.pk}-{case.version}"
    table = staff_client(user=approver)
    assert f'value="{shown}"' in table.get(url("approvals")).content.decode()
    casework.take_back(case.pk, reason="면적", by=officer.actor)
    casework.propose_approval(case.pk, by=officer.actor)
    page = table.post(url("approve_many"), {"chosen": [shown], "confirmed": "1"}, follow=True).content.decode()
    assert "먼저 고쳤습니다" in page
    assert not Decision.objects.exists()


@pytest.mark.parametrize("chosen", ["", "x", "1", "999999999-1", "1-2-3", "99999999999999999999-1", "²-1"])
def test_a_batch_of_nonsense_is_a_sentence(programme, approver, staff_client, chosen):
    page = staff_client(user=approver).post(url("approve_many"), {"chosen": [chosen]}, follow=True).content.decode()
    assert "골라 주세요" in page
