"""What a verb must refuse: an old page, a case elsewhere, a missing proof, the wrong person, money that is gone."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from services.enums.people import Role
from services.models import Notice, Township
from services.rules.history import Actor
from services.rules.refusal import Refused
from slate.actions import casework, decisions, intake
from slate.enums import CheckItem, Household, Needed, RefusalReason, Work
from slate.models import Application, BudgetLine, Decision, InfoRequest
from tests.slate import factories as make

SUPPORT = 3_440_000
NOT_SLATE: dict[str, Any] = {"code": RefusalReason.NOT_SLATE, "sentence": "슬레이트가 없습니다."}


def fully_checked(programme, officer) -> Application:
    case = make.being_checked(programme, officer)
    return casework.save_checks(case.pk, make.checks(), by=officer.actor)


def waiting_for_papers(programme, officer) -> Application:
    case = make.being_checked(programme, officer)
    casework.request_more(case.pk, items=[Needed.AREA], note="", by=officer.actor)
    case.refresh_from_db()
    return case


def with_money(programme, officer) -> Application:
    make.with_money(programme, Work.HOUSE, SUPPORT)
    return make.proposed(programme, officer)


Verb = Callable[..., object]
VERBS: dict[str, tuple[Callable[..., Application], Verb, str]] = {
    "request_more": (
        make.being_checked,
        lambda pk, **by: casework.request_more(pk, items=[Needed.AREA], note="", **by),
        "needs_info",
    ),
    "save_checks": (make.being_checked, lambda pk, **by: casework.save_checks(pk, make.checks(), **by), "checking"),
    "confirm": (make.being_checked, lambda pk, **by: casework.confirm(pk, make.checks(), **by), "eligible"),
    "mark_eligible": (fully_checked, casework.mark_eligible, "eligible"),
    "propose_approval": (make.eligible, casework.propose_approval, "selection_proposed"),
    "propose_refusal": (
        make.being_checked,
        lambda pk, **by: casework.propose_refusal(pk, **NOT_SLATE, **by),
        "refusal_proposed",
    ),
    "approve": (with_money, decisions.approve, "approved"),
    "refuse": (make.refusal_proposed, decisions.refuse, "refused"),
    "give_back": (make.proposed, lambda pk, **by: decisions.give_back(pk, note="다시", **by), "eligible"),
    "supply": (waiting_for_papers, lambda pk, **by: intake.supply(pk, answer="냅니다", **by), "checking"),
    "withdraw": (make.being_checked, intake.withdraw, "withdrawn"),
}


# An old page


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_refuses_the_version_before_and_takes_the_present_one(programme, officer, approver, name):
    made, verb, state = VERBS[name]
    case = made(programme, officer)
    before, seen = case.state, case.version
    casework.assign([case.pk], make.staff(Role.SLATE_OFFICER), by=approver.actor)  # the case changes hands meanwhile
    with pytest.raises(Refused, match=rf"{approver} 담당자가 오전 10시에 먼저 고쳤습니다\(담당자 정함\)") as refusal:
        verb(case.pk, by=approver.actor, version=seen)
    assert refusal.value.conflict
    case.refresh_from_db()
    assert (case.state, case.version) == (before, seen + 1)
    verb(case.pk, by=approver.actor, version=seen + 1)
    case.refresh_from_db()
    assert (case.state, case.version) == (state, seen + 2 + (name == "confirm"))


FORMS: dict[str, tuple[Callable[..., Application], dict[str, Any]]] = {
    "checks": (
        make.being_checked,
        make.LOOKED_UP | {"checked": CheckItem.values, "household": "general", "eligible": "1"},
    ),
    "request_more": (make.being_checked, {"items": ["photos"], "note": "뒤쪽 사진도 주세요."}),
    "propose_refusal": (make.being_checked, {"code": "DEMOLISHED", "sentence": "지난달에 헐렸습니다."}),
    "propose_approval": (make.eligible, {}),
    "decide": (with_money, {"decision": "decide"}),
    "decide, refusal": (make.refusal_proposed, {"decision": "decide"}),
    "decide, back": (make.proposed, {"decision": "give_back", "note": "사진이 흐립니다."}),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_staff_page_that_is_old_changes_nothing_and_keeps_what_was_typed(
    programme, officer, approver, staff_client, name
):
    made, typed = FORMS[name]
    case = made(programme, officer)
    casework.assign([case.pk], make.staff(Role.SLATE_OFFICER), by=approver.actor)
    page, _, _ = name.partition(",")
    desk = staff_client(user=approver if page == "decide" else officer)
    url = reverse(f"slate:staff_{page}", args=[case.reference])
    answer = desk.post(url, typed | {"version": case.version})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "먼저 고쳤습니다(담당자 정함)" in text
    assert all(str(typed[field]) in text for field in ("note", "sentence") if field in typed)
    state = case.state
    case.refresh_from_db()
    assert case.state == state
    assert not Decision.objects.exists()
    assert desk.post(url, typed | {"version": case.version}).status_code == 302


@pytest.mark.parametrize("page", ["checks", "request_more", "propose_refusal", "propose_approval", "decide"])
def test_a_staff_page_carries_the_version_that_it_shows(programme, officer, approver, staff_client, page):
    case = FORMS[page][0](programme, officer)
    desk = staff_client(user=approver if page == "decide" else officer)
    text = desk.get(reverse(f"slate:staff_{page}", args=[case.reference])).content.decode()
    assert f'name="version" value="{case.version}"' in text


# A case that is elsewhere

PLACES: dict[str, Callable[..., Application]] = {
    "submitted": lambda programme, officer: make.submitted(programme),
    "checking": fully_checked,
    "needs_info": waiting_for_papers,
    "eligible": make.eligible,
    "refusal_proposed": make.refusal_proposed,
    "selection_proposed": with_money,
    "withdrawn": lambda programme, officer: intake.withdraw(make.submitted(programme).pk, by=make.BY),
}
MAY = {
    "request_more": {"checking"},
    "save_checks": {"checking"},
    "confirm": {"checking"},
    "mark_eligible": {"checking"},
    "propose_approval": {"eligible"},
    "propose_refusal": {"checking", "eligible"},
    "approve": {"selection_proposed"},
    "refuse": {"refusal_proposed"},
    "give_back": {"selection_proposed", "refusal_proposed"},
    "supply": {"needs_info"},
    "withdraw": {"submitted", "checking", "needs_info", "eligible", "refusal_proposed", "selection_proposed"},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", VERBS)
def test_a_verb_works_only_where_its_move_begins(programme, officer, approver, name, place):
    case = PLACES[place](programme, officer)
    case.refresh_from_db()
    assert case.state == place
    if place in MAY[name]:
        VERBS[name][1](case.pk, by=approver.actor)
        return
    told = Notice.objects.count()
    with pytest.raises(Refused) as refusal:
        VERBS[name][1](case.pk, by=approver.actor)
    assert refusal.value.conflict
    seen = case.version
    case.refresh_from_db()
    assert (case.state, case.version) == (place, seen)
    assert (Notice.objects.count(), Decision.objects.count()) == (told, 0)


def test_after_a_decision_the_second_person_hears_what_was_decided_and_no_page_that_is_not_there(
    programme, officer, approver
):
    case = with_money(programme, officer)
    decisions.approve(case.pk, by=approver.actor)
    with pytest.raises(Refused) as refusal:
        decisions.give_back(case.pk, note="x", by=make.staff(Role.SLATE_APPROVER).actor)
    assert refusal.value.sentence == (
        f"{approver} 담당자가 오전 10시에 이미 결정했습니다. 결정: 지원 결정. 다시 결정할 수 없습니다."
    )


def test_a_dead_case_is_given_to_nobody(programme, officer):
    case = intake.withdraw(make.submitted(programme).pk, by=make.BY)
    assert casework.assign([case.pk], officer, by=officer.actor) == []


# Proofs

PROVED = [Household.BASIC_LIVELIHOOD, Household.NEAR_POOR, Household.OTHER_PRIORITY]
YESTERDAY, TODAY = dt.date(2020, 2, 24), dt.date(2020, 2, 25)


@pytest.mark.parametrize("household", PROVED)
@pytest.mark.parametrize(
    ("proof", "field", "sentence"),
    [
        ({"verified_on": None}, "verified_on", "확인한 날을 적어"),
        ({"valid_until": None}, "valid_until", "언제까지 유효한지"),
        ({"valid_until": YESTERDAY}, "valid_until", "이미 끝났습니다"),
    ],
)
def test_a_household_with_priority_needs_a_proof_that_is_valid_today(
    programme, officer, household, proof, field, sentence
):
    case = make.being_checked(programme, officer)
    with pytest.raises(Refused, match=sentence) as refusal:
        casework.confirm(case.pk, make.checks(household, **proof), by=officer.actor)
    assert refusal.value.field == field
    case.refresh_from_db()
    assert (case.state, case.household, case.checked) == ("checking", "general", [])  # nothing of it is kept
    proof = make.checks(household, valid_until=TODAY)  # it ends tonight: that is enough
    assert casework.confirm(case.pk, proof, by=officer.actor).state == "eligible"


def test_an_ordinary_household_needs_no_proof(programme, officer):
    case = make.being_checked(programme, officer)
    checks = make.checks(verified_on=None, valid_until=None)
    assert casework.confirm(case.pk, checks, by=officer.actor).state == "eligible"


def test_an_unknown_household_is_not_eligible(programme, officer):
    case = make.being_checked(programme, officer)
    with pytest.raises(Refused, match="가구 자격을 먼저 정해") as refusal:
        casework.confirm(case.pk, make.checks(Household.UNKNOWN), by=officer.actor)
    assert refusal.value.field == "household"


@pytest.mark.parametrize("missing", list(CheckItem))
def test_every_single_check_is_needed(programme, officer, missing):
    case = make.being_checked(programme, officer)
    checks = make.checks(checked=[item for item in CheckItem if item != missing])
    with pytest.raises(Refused) as refusal:
        casework.confirm(case.pk, checks, by=officer.actor)
    assert refusal.value.sentence == f"아직 확인하지 않은 것이 있습니다: {missing.label}."


def test_the_household_that_was_seen_decides_the_order_of_support(programme, officer):
    case = make.being_checked(programme, officer)
    assert case.priority == "3"
    kept = casework.save_checks(case.pk, make.checks(Household.BASIC_LIVELIHOOD), by=officer.actor)
    kept.refresh_from_db()
    assert (kept.household, kept.priority) == ("basic_livelihood", "1a")
    assert kept.household_verified_on == TODAY


def test_a_year_that_supports_nothing_is_refused_not_approved(programme, officer):
    parts = [make.new_part(kind="stored", in_use="empty")]
    case = make.eligible(programme, officer, parts=parts)
    with pytest.raises(Refused, match="지원 기준을 아직 모릅니다"):
        casework.propose_approval(case.pk, by=officer.actor)


# Persons

OFFICER_PAGES: dict[str, Callable[..., Application]] = {
    "checks": make.being_checked,
    "request_more": make.being_checked,
    "propose_refusal": make.being_checked,
    "propose_approval": make.eligible,
}
NEVER_OFFICER = [role for role in Role if role != Role.SLATE_OFFICER]
NEVER_APPROVER = [role for role in Role if role != Role.SLATE_APPROVER]


def somebody(role: Role):
    return make.staff(role, township=Township.objects.get(name="만경읍"))


@pytest.mark.parametrize("page", OFFICER_PAGES)
def test_only_the_officer_checks_asks_and_proposes(programme, officer, staff_client, page):
    case = OFFICER_PAGES[page](programme, officer)
    typed = FORMS[page][1] | {"version": case.version}
    url = reverse(f"slate:staff_{page}", args=[case.reference])
    for role in NEVER_OFFICER:
        assert staff_client(user=somebody(role)).post(url, typed).status_code == 403, role
    case.refresh_from_db()
    assert case.version == typed["version"]
    assert staff_client(user=officer).post(url, typed).status_code == 302


def test_only_an_approver_decides(programme, officer, approver, staff_client):
    case = with_money(programme, officer)
    one = (reverse("slate:staff_decide", args=[case.reference]), {"version": case.version, "decision": "decide"})
    many = (reverse("slate:staff_approve_many"), {"chosen": [f"{case.pk}-{case.version}"], "confirmed": "1"})
    for role in NEVER_APPROVER:
        for url, typed in (one, many):
            assert staff_client(user=somebody(role)).post(url, typed).status_code == 403, role
    assert not Decision.objects.exists()
    assert staff_client(user=approver).post(*one).status_code == 302


def test_only_an_officer_gives_cases_out(programme, officer, staff_client):
    case = make.submitted(programme)
    typed = {"officer": officer.pk, "chosen": [case.pk]}
    for role in NEVER_OFFICER:
        assert staff_client(user=somebody(role)).post(reverse("slate:staff_assign"), typed).status_code == 403, role
    case.refresh_from_db()
    assert case.state == "submitted"


def test_only_an_approver_allots_money(programme, staff_client):
    typed = {"work": "house", "amount_won": "1000", "note": "추경"}
    for role in NEVER_APPROVER:
        staff_client(user=somebody(role)).post(reverse("slate:staff_budget"), typed)
    assert not BudgetLine.objects.exists()


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.SLATE_OFFICER, {"만경읍", "백산면"}),
        (Role.SLATE_APPROVER, {"만경읍", "백산면"}),
        (Role.AUDITOR, {"만경읍", "백산면"}),
        (Role.TOWNSHIP_CLERK, {"만경읍"}),
        (Role.ADMINISTRATOR, set()),
    ],
)
def test_who_sees_which_township(programme, role, sees):
    for name in ("만경읍", "백산면"):
        make.submitted(programme, township=Township.objects.get(name=name))
    township = Township.objects.get(name="만경읍") if role == Role.TOWNSHIP_CLERK else None
    rows = Application.objects.seen_by(make.staff(role, township=township)).select_related("township").order_by("pk")
    assert {row.township.name for row in rows} == sees


@pytest.mark.parametrize("name", ["request_more", "propose_approval", "propose_refusal"])
def test_what_an_officer_signs_cannot_be_signed_by_a_machine(programme, officer, name):
    made, verb, _ = VERBS[name]
    case = made(programme, officer)
    with pytest.raises(Refused, match="담당자만 할 수 있습니다"):
        verb(case.pk, by=Actor.system("job"))
    assert not InfoRequest.objects.exists()


def test_in_a_batch_too_nobody_approves_an_own_proposal(programme, officer):
    both = make.staff(Role.SLATE_OFFICER, Role.SLATE_APPROVER)
    make.with_money(programme, Work.HOUSE, SUPPORT * 2)
    own, other = make.proposed(programme, both), make.proposed(programme, officer)
    results = decisions.approve_many(make.seen(own, other), by=both.actor)
    assert [(result.application.pk, result.sentence) for result in results] == [
        (own.pk, decisions.OWN_PROPOSAL),
        (other.pk, ""),
    ]


def test_an_own_proposal_is_no_race(programme):
    """It is a rule, not a colleague: 200 with the sentence, not 409."""
    both = make.staff(Role.SLATE_OFFICER, Role.SLATE_APPROVER)
    with pytest.raises(Refused) as refusal:
        decisions.refuse(make.refusal_proposed(programme, both).pk, by=both.actor)
    assert (refusal.value.sentence, refusal.value.conflict) == (decisions.OWN_PROPOSAL, False)


# Money


def test_money_to_the_last_won_is_enough(programme, officer, approver):
    case = with_money(programme, officer)
    decisions.approve(case.pk, by=approver.actor)
    assert [line.left_won for line in BudgetLine.objects.order_by("pk")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("allotted", "sentence"),
    [
        (SUPPORT - 1, "주택 철거 국비 예산이 1원 모자랍니다."),
        (SUPPORT - 2, "주택 철거 국비 예산이 1원 모자랍니다."),
        (0, "주택 철거 국비 예산이 1,720,000원 모자랍니다."),
    ],
)
def test_one_won_less_is_not(programme, officer, approver, allotted, sentence):
    make.with_money(programme, Work.HOUSE, allotted)
    case = make.proposed(programme, officer)
    with pytest.raises(Refused) as refusal:
        decisions.approve(case.pk, by=approver.actor)
    assert refusal.value.sentence.startswith(sentence)
    assert "대기" not in refusal.value.sentence  # there is no waiting list yet
    assert not Decision.objects.exists()


def test_two_houses_of_one_application_are_added_up_before_the_line_is_asked(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, SUPPORT * 2 - 2)
    case = make.proposed(programme, officer, parts=[make.new_part(), make.new_part()])
    with pytest.raises(Refused, match="국비 예산이 1원 모자랍니다"):
        decisions.approve(case.pk, by=approver.actor)


def test_money_that_is_reserved_is_not_there_for_the_next(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, SUPPORT * 2 - 10)
    first, second = make.proposed(programme, officer), make.proposed(programme, officer)
    decisions.approve(first.pk, by=approver.actor)
    with pytest.raises(Refused, match="국비 예산이 5원 모자랍니다"):
        decisions.approve(second.pk, by=approver.actor)
    intake.withdraw(first.pk, by=make.BY)
    decisions.approve(second.pk, by=approver.actor)


# A batch


def test_a_hundred_at_once_and_no_more(approver):
    assert decisions.approve_many(dict.fromkeys(range(1, 101), 1), by=approver.actor) == []
    with pytest.raises(Refused, match="한 번에 100건까지"):
        decisions.approve_many(dict.fromkeys(range(1, 102), 1), by=approver.actor)


def test_the_money_goes_to_the_earliest_due_day_whatever_the_order_of_the_ticks(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, SUPPORT)
    late, soon, sooner = (make.proposed(programme, officer) for _ in range(3))
    for case, day in ((late, 20), (soon, 13), (sooner, 12)):
        Application.objects.filter(pk=case.pk).update(due_on=dt.date(2020, 3, day))
    results = decisions.approve_many(make.seen(late, soon, sooner), by=approver.actor)
    assert [(result.application.pk, result.is_approved) for result in results] == [
        (sooner.pk, True),
        (soon.pk, False),
        (late.pk, False),
    ]


# Told once, and every time


def keys_of(case: Application) -> list[str]:
    rows = Notice.objects.filter(subject_id=str(case.pk), channel="sms").order_by("pk")
    return [key.removeprefix(f"application:{case.pk}:") for key in rows.values_list("once_key", flat=True)]


def test_every_round_of_papers_is_asked_for_and_thanked_for(programme, officer):
    case = make.being_checked(programme, officer)
    for _ in range(2):
        casework.request_more(case.pk, items=[Needed.PHOTOS], note="", by=officer.actor)
        intake.supply(case.pk, answer="냅니다", by=make.BY)
    assert keys_of(case) == ["submitted", "returned:1", "supplied:1", "returned:2", "supplied:2"]


def test_each_end_is_told_once(programme, officer, approver):
    case = with_money(programme, officer)
    decision = decisions.approve(case.pk, by=approver.actor)
    intake.withdraw(case.pk, by=make.BY)
    with pytest.raises(Refused):
        intake.withdraw(case.pk, by=make.BY)
    assert keys_of(case) == ["submitted", f"approved:{decision.pk}", "withdrawn"]
    other = make.refusal_proposed(programme, officer)
    decision = decisions.refuse(other.pk, by=approver.actor)
    assert keys_of(other) == ["submitted", f"refused:{decision.pk}"]


# The clock


@pytest.mark.parametrize(
    ("received", "pauses", "due"),
    [
        ("2020-02-25", [], "2020-03-13"),
        ("2020-02-25", [("2020-02-27", "2020-03-04")], "2020-03-20"),  # Thu, Fri, Mon, Tue, Wed
        ("2020-02-25", [("2020-02-27", "2020-02-27")], "2020-03-16"),  # a request answered on the same day: one day
        ("2020-02-25", [("2020-02-28", "2020-03-02")], "2020-03-17"),  # Fri and Mon; the weekend counts nowhere
        ("2020-02-25", [("2020-02-27", "2020-03-04"), ("2020-03-09", "2020-03-10")], "2020-03-24"),
        ("2020-04-27", [], "2020-05-18"),  # 30 April and 5 May are holidays
        ("2020-04-27", [("2020-04-29", "2020-05-06")], "2020-05-22"),  # 29, 1, 4, 6: four working days
    ],
)
def test_days_of_waiting_for_papers_are_not_the_citys(db, clock, officer, received, pauses, due):
    clock(f"{received} 10:00")
    case = make.being_checked(make.programme_of_2020(), officer)
    for asked, answered in pauses:
        clock(f"{asked} 10:00")
        casework.request_more(case.pk, items=[Needed.AREA], note="", by=officer.actor)
        case.refresh_from_db()
        assert case.paused_on == dt.date.fromisoformat(asked)
        clock(f"{answered} 10:00")
        intake.supply(case.pk, answer="냅니다", by=make.BY)
    case.refresh_from_db()
    assert (f"{case.due_on}", case.paused_on) == (due, None)
