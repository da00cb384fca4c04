"""What the slate pages and messages promise, each held against what happens (tests/promises.tsv names these)."""

import datetime as dt

import pytest
from django.urls import reverse

from services.enums.notices import Channel
from services.enums.people import Role
from services.models import Notice
from services.rules.refusal import Refused
from slate.actions import casework, decisions, intake
from slate.enums import Household, Needed, RefusalReason, Work
from slate.models import Application, BudgetLine, SupportRate
from slate.reports.cases import status_of, todos
from slate.rules import REASON_SENTENCES
from tests.slate import factories as make


def count_of(officer, label: str) -> int:
    return next(todo.count for todo in todos(officer) if todo.label == label)


def later(resident_client, case: Application):
    """The applicant on another day: the session of the first has ended."""
    client = resident_client(case.resident)
    client.cookies.clear()
    return resident_client(case.resident)


def page_of(client, page: str, application: Application | None = None) -> str:
    return client.get(reverse(f"slate:{page}", args=[application.reference] if application else [])).content.decode()


def test_the_day_that_is_promised_is_the_day_on_which_staff_are_pressed(programme, officer, resident_client, clock):
    case = make.being_checked(programme, officer)
    client = resident_client(case.resident)
    assert "3월 13일(금)까지" in Notice.objects.get(kind="slate/notices/submitted", channel="sms").short
    assert "3월 13일 금요일까지 답해드립니다." in page_of(client, "application", case)
    clock("2020-03-13 17:00")
    client = later(resident_client, case)
    assert (count_of(officer, "슬레이트 내일까지"), count_of(officer, "슬레이트 기한 지남")) == (1, 0)
    assert "3월 13일 금요일까지 답해드립니다." in page_of(client, "application", case)
    clock("2020-03-14 09:00")
    client = later(resident_client, case)
    assert (count_of(officer, "슬레이트 내일까지"), count_of(officer, "슬레이트 기한 지남")) == (0, 1)
    late = page_of(client, "application", case)
    assert "까지 답해드립니다" not in late
    assert "3월 13일 금요일에 답해드리지 못했습니다. 늦어서 죄송합니다." in late


@pytest.mark.parametrize("made", [make.submitted, make.being_checked, make.eligible, make.proposed])
def test_no_state_promises_a_day_that_has_passed(programme, officer, clock, made):
    case = made(programme) if made is make.submitted else made(programme, officer)
    assert "까지" in status_of(case).sentence
    clock("2020-03-16 09:00")
    assert "까지" not in status_of(case).sentence
    assert "늦어서 죄송합니다." in status_of(case).sentence


def test_papers_are_awaited_until_the_day_that_is_named_and_taken_after_it(programme, officer, resident_client, clock):
    case = make.being_checked(programme, officer)
    request = casework.request_more(case.pk, items=[Needed.AREA], note="", by=officer.actor)
    assert request.due_on == dt.date(2020, 3, 10)
    letter = Notice.objects.get(kind="slate/notices/returned", channel=Channel.LETTER)
    assert "내실 날: 2020. 3. 10.(화)까지" in letter.body
    assert "늦출 수 있습니다" not in letter.body
    client = resident_client(case.resident)
    for page in ("application", "application_supply"):
        assert "3월 10일 화요일까지" in page_of(client, page, case)
    clock("2020-03-11 09:00")
    client = later(resident_client, case)
    for page in ("application", "application_supply"):
        text = page_of(client, page, case)
        assert "지금이라도 내 주세요." in text
        assert "3월 10일 화요일까지 내 주세요" not in text
    assert intake.supply(case.pk, answer="170m²", by=case.resident.actor).state == "checking"


def test_no_paper_is_wanted_on_a_day_on_which_no_office_is_open(programme, officer, staff_client, clock):
    clock("2020-03-01 10:00")  # two weeks later is a Sunday
    tenant = make.being_checked(programme, officer, ownership="tenant", owner_agreed=False)
    asked = staff_client(user=officer).get(reverse("slate:staff_request_more", args=[tenant.reference]))
    request = casework.request_more(tenant.pk, items=[Needed.AREA], note="", by=officer.actor)
    assert tenant.owner_due_on == request.due_on == dt.date(2020, 3, 16)
    assert "3월 16일 월요일까지" in asked.content.decode()


def test_a_consent_is_awaited_until_the_day_that_is_named_and_taken_after_it(programme, resident_client, clock):
    case = make.submitted(programme, ownership="tenant", owner_agreed=False)
    client = resident_client(case.resident)
    assert "3월 10일 화요일까지 내 주세요." in page_of(client, "application_consent", case)
    clock("2020-03-11 09:00")
    late = page_of(later(resident_client, case), "application_consent", case)
    assert "지금이라도 내 주세요." in late
    assert "까지 내 주세요" not in late
    assert intake.bring_consent(case.pk, by=case.resident.actor).owner_paper_at


def test_the_round_that_is_announced_is_the_round_in_which_people_can_apply(db, client, clock):
    clock("2020-02-25 10:00")
    programme = make.programme_of_2020(closes_on=dt.date(2020, 3, 31))
    start = reverse("slate:application_address")
    text = page_of(client, "start")
    assert "신청 기간: 1월 2일 목요일부터 3월 31일 화요일까지" in text
    assert start in text
    clock("2020-03-31 23:55")
    assert make.submitted(programme).pk
    clock("2020-04-01 00:05")
    assert start not in page_of(client, "start")
    answers = {"kind": "house", "area_m2": "170", "household": "general"}
    asked = client.post(reverse("slate:check"), answers).content.decode()
    assert 'name="apply"' not in asked
    assert "지금은 신청을 받지 않습니다." in asked
    with pytest.raises(Refused, match="마감했습니다"):
        make.submitted(programme)


def test_the_sum_up_to_which_a_roof_is_paid_is_what_a_decision_pays(programme, officer, approver, client):
    cap = SupportRate.objects.get(year=2020, work=Work.REROOFING, household="vulnerable").cap_won
    answers = {"kind": "house", "area_m2": "300", "household": "near_poor"}
    assert f"{cap:,}원까지 지원합니다" in client.post(reverse("slate:check"), answers).content.decode()
    for work in (Work.HOUSE, Work.REROOFING):
        make.with_money(programme, work, 20_000_000)
    parts = [make.new_part(area_m2=300, wants_reroofing=True)]
    case = make.proposed(programme, officer, parts=parts, household=Household.NEAR_POOR)
    decision = decisions.approve(case.pk, by=approver.actor)
    assert [part["support_won"] for part in decision.parts if part["work"] == Work.REROOFING] == [cap]


def test_what_nobody_knows_yet_is_found_out_and_told(programme, officer, approver):
    case = make.eligible(programme, officer, parts=[make.new_part(kind="stored", in_use="empty")])
    with pytest.raises(Refused, match="'지원 기준'에 먼저 적어야"):
        casework.propose_approval(case.pk, by=officer.actor)
    SupportRate.objects.filter(year=2020, work=Work.STORED).delete()
    SupportRate.objects.create(year=2020, work=Work.STORED, household="all", mode="full", confidence="high")
    make.with_money(programme, Work.STORED, 10_000_000)
    casework.propose_approval(case.pk, by=officer.actor)
    decisions.approve(case.pk, by=approver.actor)
    told = Notice.objects.filter(kind="slate/notices/approved").values_list("channel", flat=True)
    assert set(told) == {Channel.SMS, Channel.LETTER}


def test_what_the_year_does_not_pay_can_be_refused_from_where_it_is(programme, officer, approver):
    SupportRate.objects.filter(year=2020, work=Work.STORED).delete()
    SupportRate.objects.create(year=2020, work=Work.STORED, household="all", mode="none", confidence="high")
    case = make.eligible(programme, officer, parts=[make.new_part(kind="stored", in_use="empty")])
    with pytest.raises(Refused, match="'지원 제외 올리기'"):
        casework.propose_approval(case.pk, by=officer.actor)
    code = RefusalReason.NOT_ELIGIBLE_TYPE
    casework.propose_refusal(case.pk, code=code, sentence=REASON_SENTENCES[code][0], by=officer.actor)
    assert decisions.refuse(case.pk, by=approver.actor).reason_code == code


def test_the_sum_in_the_message_is_the_money_that_is_put_aside(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    case = make.proposed(programme, officer)
    decision = decisions.approve(case.pk, by=approver.actor)
    body = Notice.objects.get(kind="slate/notices/approved", channel=Channel.SMS).body
    held = sum(BudgetLine.objects.order_by("pk").values_list("committed_won", flat=True))
    assert held == decision.support_won == 3_440_000
    assert f"지원금: {held:,}원까지" in body


@pytest.mark.parametrize("code", list(RefusalReason))
def test_what_can_be_done_after_a_refusal_can_be_done(programme, officer, approver, code):
    """ "다시", "새로", "따로 신청": the building is free again. Nothing else is promised that nobody keeps."""
    way = REASON_SENTENCES[code][1]
    for untrue in ("알려드", "인정합니다", "진행됩니다"):
        assert untrue not in way
    if "신청하실 수 있습니다" in way:
        case = make.being_checked(programme, officer, address="만경리 12-3")
        casework.propose_refusal(case.pk, code=code, sentence="x", by=officer.actor)
        decisions.refuse(case.pk, by=approver.actor)
        again = make.submitted(programme, address="만경리 12-3", name=case.name, phone=case.phone)
        assert again.pk != case.pk


def test_the_officer_reads_where_to_go_on(programme, officer, staff_client):
    """Advice of a refusal leads to a page that this role may open (20c)."""
    case = make.eligible(programme, officer, parts=[make.new_part(kind="stored", in_use="empty")])
    desk = staff_client(user=officer)
    page = desk.get(reverse("slate:staff_propose_approval", args=[case.reference])).content.decode()
    figures = reverse("slate:staff_figures")
    assert f'href="{figures}"' in page
    assert desk.get(figures).status_code == 200
    checking = make.being_checked(programme, officer)
    page = desk.get(reverse("slate:staff_checks", args=[checking.reference])).content.decode()
    for name in ("staff_paper", "staff_request_more"):
        link = reverse(f"slate:{name}", args=[checking.reference])
        assert f'href="{link}"' in page
        assert desk.get(link).status_code == 200


def test_the_approver_reads_where_to_go_on(programme, officer, staff_client):
    case = make.proposed(programme, officer)
    table = staff_client(Role.SLATE_APPROVER)
    url = reverse("slate:staff_decide", args=[case.reference])
    page = table.post(url, {"version": case.version, "decision": "decide"}).content.decode()
    assert "예산을 먼저 늘리거나 담당자에게 되돌려 보내 주세요." in page
    assert f'href="{reverse("slate:staff_budget")}"' in page
    assert 'value="give_back"' in page


@pytest.mark.parametrize(
    ("way", "phone", "agrees", "channels"),
    [
        ("sms", "+821012345678", True, {"sms", "letter"}),
        ("sms", "+821012345678", False, {"letter"}),
        ("call", "+821012345678", True, {"call", "letter"}),
        ("post", "+821012345678", True, {"letter"}),
        ("sms", "+82635401234", True, {"call", "letter"}),
    ],
)
def test_a_decision_comes_the_way_that_was_asked_for_and_agreed_to(
    programme, officer, approver, staff_client, way, phone, agrees, channels
):
    consents = make.CONSENTS | {"electronic": agrees}
    case = make.refusal_proposed(programme, officer, contact_way=way, phone=phone, consents=consents)
    url = reverse("slate:staff_decide", args=[case.reference])
    asked = staff_client(user=approver).get(url).content.decode()
    decisions.refuse(case.pk, by=approver.actor)
    sent = set(Notice.objects.filter(kind="slate/notices/refused").values_list("channel", flat=True))
    assert sent == channels
    words = {"sms": "문자 1건", "call": "전화 안내 1건", "letter": "편지 1통"}
    assert {channel for channel, said in words.items() if said in asked} == channels


@pytest.mark.parametrize(("way", "channel"), [("sms", "sms"), ("call", "call"), ("post", "letter")])
def test_the_way_that_was_asked_for_is_the_way_that_is_taken(programme, way, channel):
    make.submitted(programme, contact_way=way)
    first = Notice.objects.filter(kind="slate/notices/submitted").order_by("pk")[0]
    assert first.channel == channel
