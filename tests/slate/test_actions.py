"""The verbs of an application: done, refused, done twice, and done by two people at once."""

import datetime as dt
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from services.enums.people import Role
from services.models import HistoryEntry, Notice
from services.rules.refusal import Refused
from slate.actions import casework, decisions, intake, money
from slate.enums import CheckItem, Household, Needed, RefusalReason, Work
from slate.models import Application, BudgetLine, BuildingPart, Decision, LedgerEntry
from slate.reports import lines_off_their_ledger, quote_of
from tests.races import at_once
from tests.slate import factories as make

SUPPORT = 3_440_000


def committed() -> int:
    return sum(BudgetLine.objects.order_by("pk").values_list("committed_won", flat=True))


# Applying


def test_an_application_gets_a_number_a_day_and_a_receipt(programme):
    application = make.submitted(programme)
    assert application.reference == "2020-SL-0001"
    assert application.due_on == dt.date(2020, 3, 13)  # 14 working days, the first one counted (MW-04)
    assert make.submitted(programme).reference == "2020-SL-0002"
    notice = Notice.objects.get(once_key=f"application:{application.pk}:submitted")
    assert notice.short == "[김제시] 슬레이트 신청 접수\n접수번호 2020-SL-0001\n3월 13일(금)까지 답해드립니다."
    assert "건물: 만경읍 시연리" in notice.body


def test_the_same_building_twice_is_refused_but_free_again_after_withdrawing(programme):
    first = make.submitted(programme, address="만경리 12-3")
    person = {"name": first.name, "phone": first.phone}
    with pytest.raises(Refused, match="이미 신청되어 있습니다"):
        make.submitted(programme, address="만경리  12-3", **person)
    intake.withdraw(first.pk, by=make.BY)
    assert make.submitted(programme, address="만경리 12-3", **person).pk


def test_a_building_that_was_supported_before_is_refused(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    earlier = make.proposed(programme, officer, address="만경리 12-3")
    decisions.approve(earlier.pk, by=approver.actor, version=earlier.version)
    next_year = make.programme_of_2020(year=2021)
    with pytest.raises(Refused, match="2020년에 지원받은 기록"):
        make.submitted(next_year, address="만경리 12-3")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"opens_on": dt.date(2020, 3, 2)}, "3월 2일 월요일부터 신청"),
        ({"closes_on": dt.date(2020, 1, 17)}, "1월 17일 금요일에 신청을 마감"),
    ],
)
def test_outside_the_round_nothing_is_taken(db, clock, fields, sentence):
    clock("2020-02-25 10:00")
    programme = make.programme_of_2020(**fields)
    with pytest.raises(Refused, match=sentence):
        make.submitted(programme)


def test_without_the_three_consents_nothing_is_taken(programme):
    with pytest.raises(Refused, match="동의하지 않으시면"):
        make.submitted(programme, consents=make.CONSENTS | {"contractor": False})
    assert not Application.objects.exists()


def test_withdrawing_an_approved_application_gives_its_money_back(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, SUPPORT)
    application = make.proposed(programme, officer)
    decisions.approve(application.pk, by=approver.actor, version=application.version)
    assert committed() == SUPPORT
    intake.withdraw(application.pk, by=make.BY, reason="own_share")
    assert committed() == 0
    assert not lines_off_their_ledger()
    with pytest.raises(Refused, match="이미 마친 신청"):
        intake.withdraw(application.pk, by=make.BY)


# Checking


def test_only_a_slate_officer_can_be_given_a_case(programme, officer, approver):
    application = make.submitted(programme)
    with pytest.raises(Refused, match="담당자가 아닙니다"):
        casework.assign([application.pk], approver, by=officer.actor)
    assert len(casework.assign([application.pk], officer, by=officer.actor)) == 1
    assert casework.assign([application.pk], officer, by=officer.actor) == []


def test_asking_for_more_stops_the_clock(programme, officer, clock):
    application = make.being_checked(programme, officer)
    clock("2020-02-27 10:00")
    request = casework.request_more(
        application.pk, items=[Needed.PHOTOS], note="뒤쪽 사진", by=officer.actor, version=application.version
    )
    application.refresh_from_db()
    assert (application.state, application.paused_on, request.due_on) == (
        "needs_info",
        dt.date(2020, 2, 27),
        dt.date(2020, 3, 12),
    )
    clock("2020-03-04 10:00")
    intake.supply(application.pk, answer="올렸습니다.", by=make.BY)
    application.refresh_from_db()
    assert application.state == "checking"
    assert application.paused_on is None
    assert application.due_on == dt.date(2020, 3, 20)  # 27 February to 4 March, five working days, do not count
    rows = Notice.objects.order_by("pk").values_list("once_key", "channel")
    sent = [(key.partition(":")[2].partition(":")[2], channel) for key, channel in rows]
    assert sent == [("submitted", "sms"), ("returned:1", "sms"), ("returned:1", "letter"), ("supplied:1", "sms")]


def test_a_case_is_eligible_only_when_everything_is_confirmed(programme, officer):
    application = make.being_checked(programme, officer)
    checks = make.checks(Household.NEAR_POOR, checked=[CheckItem.OWNER])
    half = casework.save_checks(application.pk, checks, by=officer.actor, version=application.version)
    assert half.priority == "1b"
    with pytest.raises(Refused, match="아직 확인하지 않은 것이 있습니다: 슬레이트 있음"):
        casework.mark_eligible(half.pk, by=officer.actor, version=half.version)


def test_an_old_page_does_not_overwrite_what_a_colleague_did(programme, officer):
    application = make.being_checked(programme, officer)
    old_version = application.version
    casework.request_more(application.pk, items=[Needed.AREA], note="", by=officer.actor, version=old_version)
    with pytest.raises(Refused, match=r"시연 담당\d+ 담당자가 오전 10시에 먼저 고쳤습니다\(보완 요청\)") as refusal:
        casework.propose_refusal(
            application.pk, code=RefusalReason.NOT_SLATE, sentence="없습니다.", by=officer.actor, version=old_version
        )
    assert refusal.value.conflict


def test_what_the_rules_do_not_know_is_not_proposed(programme, officer):
    application = make.eligible(programme, officer, parts=[make.new_part(kind="stored", in_use="empty")])
    with pytest.raises(Refused, match="지원 기준을 아직 모릅니다"):
        casework.propose_approval(application.pk, by=officer.actor, version=application.version)


# Deciding


def test_approving_reserves_by_fund_and_writes_the_record(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.proposed(programme, officer)
    decision = decisions.approve(application.pk, by=approver.actor, version=application.version)
    assert (decision.cost_won, decision.support_won, decision.own_share_won) == (3_893_000, SUPPORT, 453_000)
    assert (decision.national_won, decision.province_won, decision.city_won) == (1_720_000, 344_000, 1_376_000)
    assert decision.parts[0]["rate"]["cap_won"] == SUPPORT
    assert "4월 27일까지" not in decision.remedies
    assert "받은 날부터 30일 안에" in decision.remedies
    application.refresh_from_db()
    assert application.state == "approved"
    assert committed() == SUPPORT
    moves = HistoryEntry.objects.filter(subject_kind="slate.application").values_list("move", flat=True)
    assert list(moves) == ["submitted", "assigned", "checked", "eligible", "approval_proposed", "approved"]


def test_a_new_roof_of_an_ordinary_household_is_not_paid(programme, officer):
    application = make.submitted(programme, parts=[make.new_part(wants_reroofing=True)])
    quote = quote_of(application)
    assert [(line.wanted.work, line.is_supported) for line in quote.lines] == [
        (Work.HOUSE, True),
        (Work.REROOFING, False),
    ]
    assert quote.support_won == SUPPORT


def test_house_shed_and_roof_of_a_near_poor_household_are_added_up(programme, officer, approver):
    for work in (Work.HOUSE, Work.OUTBUILDING, Work.REROOFING):
        make.with_money(programme, work, 5_000_000)
    parts = [make.new_part(wants_reroofing=True), make.new_part(kind="barn", in_use="used", area_m2=Decimal(60))]
    application = make.proposed(programme, officer, parts=parts, household=Household.NEAR_POOR)
    decision = decisions.approve(application.pk, by=approver.actor, version=application.version)
    assert decision.support_won == 3_440_000 + 4_270_000 + 60 * 22_900
    assert LedgerEntry.objects.filter(kind="reserve").count() == 9
    assert not lines_off_their_ledger()


def test_the_proposer_cannot_approve(programme, officer):
    both = make.staff(Role.SLATE_OFFICER, Role.SLATE_APPROVER)
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.proposed(programme, both)
    with pytest.raises(Refused, match="올린 사람은 결재할 수 없습니다"):
        decisions.approve(application.pk, by=both.actor, version=application.version)
    assert committed() == 0


def test_the_proposer_cannot_refuse_either(programme):
    both = make.staff(Role.SLATE_OFFICER, Role.SLATE_APPROVER)
    application = make.refusal_proposed(programme, both)
    with pytest.raises(Refused, match="올린 사람은"):
        decisions.refuse(application.pk, by=both.actor, version=application.version)


def test_without_money_nothing_is_approved(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, 3_000_000)
    application = make.proposed(programme, officer)
    with pytest.raises(Refused, match=r"주택 철거 국비 예산이 220,000원 모자랍니다"):
        decisions.approve(application.pk, by=approver.actor, version=application.version)
    assert not Decision.objects.exists()


def test_refusing_names_the_reason_only_in_the_long_form(programme, officer, approver):
    application = make.refusal_proposed(programme, officer)
    decision = decisions.refuse(application.pk, by=approver.actor, version=application.version)
    notice = Notice.objects.get(once_key=f"application:{application.pk}:refused:{decision.pk}", channel="sms")
    assert notice.short == "[김제시] 이번에는 지원하지 못합니다.\n접수번호 2020-SL-0001\n이유는 편지로 알려드립니다."
    assert "슬레이트가 없습니다." in notice.body
    letter: Any = decision.letter
    assert letter["what_can_be_done"].startswith("다른 건물에")
    assert not BuildingPart.objects.filter(is_live=True).exists()


def test_giving_back_returns_to_where_it_came_from(programme, officer, approver):
    approval, refusal = make.proposed(programme, officer), make.refusal_proposed(programme, officer)
    assert (
        decisions.give_back(approval.pk, by=approver.actor, note="사진", version=approval.version).state == "eligible"
    )
    assert decisions.give_back(refusal.pk, by=approver.actor, note="사진", version=refusal.version).state == "checking"


def test_a_batch_says_what_became_of_each(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, SUPPORT * 2)
    applications = [make.proposed(programme, officer) for _ in range(3)]
    results = decisions.approve_many(make.seen(*applications), by=approver.actor)
    assert [result.is_approved for result in results] == [True, True, False]
    assert "모자랍니다" in results[2].sentence
    with pytest.raises(Refused, match="100건까지"):
        decisions.approve_many(dict.fromkeys(range(decisions.BATCH_LIMIT + 1), 1), by=approver.actor)


# Two at once


@pytest.mark.django_db(transaction=True)
def test_of_two_approvers_one_decides_and_the_other_is_told_calmly(clock):
    programme, officer = make.programme_of_2020(opens_on=dt.date(2020, 1, 2)), make.staff(Role.SLATE_OFFICER)
    first, second = make.staff(Role.SLATE_APPROVER), make.staff(Role.SLATE_APPROVER)
    make.with_money(programme, Work.HOUSE, SUPPORT * 20)
    for _ in range(10):
        case = make.proposed(programme, officer)
        approved, returned = at_once(
            partial(decisions.approve, case.pk, by=first.actor, version=case.version),
            partial(decisions.give_back, case.pk, by=second.actor, note="다시", version=case.version),
        )
        outcomes = [isinstance(approved, Decision), isinstance(returned, Application)]
        assert outcomes.count(True) == 1
        loser = str(returned if outcomes[0] else approved)
        assert "에 이미 결정했습니다." in loser or "에 먼저 고쳤습니다(되돌려 보냄)." in loser
        case.refresh_from_db()
        assert case.state == ("approved" if outcomes[0] else "eligible")
    assert Decision.objects.count() == Application.objects.filter(state="approved").count()


def race(applications, approver) -> int:
    """32 threads approve at once; returns how many were approved."""
    results = at_once(
        *(partial(decisions.approve, case.pk, by=approver.actor, version=case.version) for case in applications)
    )
    return sum(isinstance(result, Decision) for result in results)


@pytest.fixture
def crowd(transactional_db):
    """32 proposed applications for a line that bears seven."""
    programme, officer = make.programme_of_2020(), make.staff(Role.SLATE_OFFICER)
    make.with_money(programme, Work.HOUSE, SUPPORT * 7 + 1_000_000)
    return [make.proposed(programme, officer) for _ in range(32)], make.staff(Role.SLATE_APPROVER)


def test_a_race_for_the_budget_approves_exactly_what_fits(crowd):
    applications, approver = crowd
    assert race(applications, approver) == 7
    assert committed() == SUPPORT * 7
    assert not lines_off_their_ledger()


def test_without_lock_and_constraint_the_same_race_overspends(crowd, monkeypatch):
    """The negative control: it shows that the race above is one."""
    applications, approver = crowd

    def unlocked(programme, works):
        rows = BudgetLine.objects.filter(programme=programme, work__in=set(works)).order_by("pk")
        return {(line.work, line.fund): line for line in rows}

    waiting = Barrier(32)
    original = money.refuse_shortage

    def looked_and_waited(lines, quote):
        original(lines, quote)
        waiting.wait(timeout=10)

    monkeypatch.setattr(money, "lock_lines", unlocked)
    monkeypatch.setattr(money, "refuse_shortage", looked_and_waited)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE slate_budgetline DROP CONSTRAINT budget_line_never_over")
    try:
        assert race(applications, approver) > 7
        assert any(line.left_won < 0 for line in BudgetLine.objects.order_by("pk"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE slate_budgetline DISABLE TRIGGER USER")
            cursor.execute("UPDATE slate_budgetline SET allotted_won = greatest(allotted_won, committed_won)")
            cursor.execute("ALTER TABLE slate_budgetline ENABLE TRIGGER USER")
            cursor.execute(
                "ALTER TABLE slate_budgetline ADD CONSTRAINT budget_line_never_over CHECK "
                "(spent_won >= 0 AND spent_won <= committed_won AND committed_won <= allotted_won)"
            )


def test_the_constraint_alone_holds_when_somebody_forgets_the_lock(crowd, monkeypatch):
    applications, approver = crowd

    def unlocked(programme, works):
        rows = BudgetLine.objects.filter(programme=programme, work__in=set(works)).order_by("pk")
        return {(line.work, line.fund): line for line in rows}

    monkeypatch.setattr(money, "lock_lines", unlocked)
    monkeypatch.setattr(money, "refuse_shortage", lambda lines, quote: None)
    assert race(applications, approver) == 7
    assert committed() == SUPPORT * 7
