"""The officer's and approver's morning, the clerk's counter, and who may see what."""

import pytest
from django.urls import reverse

from services.enums.people import Role
from services.models import ReadingLogEntry, Township
from slate.actions import decisions
from slate.enums import CheckItem, PhotoKind, Work
from slate.forms.staff import ChecksForm, CounterForm
from slate.models import Application, BudgetLine, Decision
from tests.slate import factories as make
from tests.slate.test_pages import CONSENTS, CONTACT, PART


def url(page: str, application: Application | None = None) -> str:
    return reverse(f"slate:staff_{page}", args=[application.reference] if application else [])


def test_from_the_queue_to_the_decision(programme, officer, approver, staff_client):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.submitted(programme)
    make.with_papers(application, *PhotoKind.values)
    desk = staff_client(user=officer)
    desk.post(url("assign"), {"officer": officer.pk, "chosen": [application.pk]})
    application.refresh_from_db()
    checks = make.LOOKED_UP | {
        "version": application.version,
        "checked": CheckItem.values,
        "household": "general",
        "verified_on": "2020-02-25",
        "eligible": "1",
    }
    assert desk.post(url("checks", application), checks).status_code == 302
    application.refresh_from_db()
    assert application.state == "eligible"
    desk.post(url("propose_approval", application), {"version": application.version})
    application.refresh_from_db()
    table = staff_client(user=approver)
    assert application.reference in table.get(url("approvals")).content.decode()
    response = table.post(
        url("decide", application), {"version": application.version, "decision": "decide"}, follow=True
    )
    assert "지원을 결정했습니다. 지원금은 3,440,000원입니다." in response.content.decode()
    assert Decision.objects.get().decided_by == approver


def test_the_queue_masks_names_filters_and_sorts(programme, officer, staff_client):
    mine = make.being_checked(programme, officer, name="시연 홍길동")
    other = make.submitted(programme, name="시연 이순신", township=Township.objects.get(name="백산면"))
    desk = staff_client(user=officer)
    text = desk.get(url("queue")).content.decode()
    assert "홍길동" not in text
    assert "시****동" in text or "시***동" in text
    for query, shown, hidden in [
        (f"officer={officer.pk}", mine, other),
        ("state=submitted", other, mine),
        (f"township={other.township_id}", other, mine),
        (f"q={other.reference.lower()}", other, mine),
        (f"q={mine.resident.phone[-4:]}", mine, other),
        ("q=시연 이순신", other, mine),
    ]:
        text = desk.get(f"{url('queue')}?{query}").content.decode()
        assert shown.reference in text, query
        assert hidden.reference not in text, query


def test_late_cases_say_so(programme, officer, staff_client, clock):
    late = make.being_checked(programme, officer)
    clock("2020-03-16 10:00")
    text = staff_client(user=officer).get(url("queue") + "?due=late").content.decode()
    assert late.reference in text
    assert "기한 3일 지남" in text


def test_the_queue_costs_the_same_for_one_row_and_twenty(programme, officer, staff_client, django_assert_num_queries):
    desk = staff_client(user=officer)
    make.being_checked(programme, officer)
    desk.get(url("queue"))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        desk.get(url("queue"))
    for _ in range(19):
        make.being_checked(programme, officer)
    with django_assert_num_queries(len(one)):
        desk.get(url("queue"))


def test_the_approvals_cost_the_same_for_one_row_and_twenty(
    programme, officer, approver, staff_client, django_assert_num_queries
):
    table = staff_client(user=approver)
    make.proposed(programme, officer)
    table.get(url("approvals"))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        table.get(url("approvals"))
    for _ in range(19):
        make.proposed(programme, officer)
    with django_assert_num_queries(len(one)):
        table.get(url("approvals"))


def test_looking_at_a_case_is_written_down(programme, officer, staff_client):
    application = make.submitted(programme)
    staff_client(user=officer).get(url("case", application))
    entry = ReadingLogEntry.objects.get()
    assert (entry.user, entry.resident, entry.action) == (officer, application.resident, "보기")


def test_the_proposer_sees_no_way_to_approve_his_own(programme, staff_client):
    both = make.staff(Role.SLATE_OFFICER, Role.SLATE_APPROVER)
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.proposed(programme, both)
    table = staff_client(user=both)
    assert f'value="{application.pk}-' not in table.get(url("approvals")).content.decode()
    response = table.post(url("decide", application), {"version": application.version, "decision": "decide"})
    assert "올린 사람은 결재할 수 없습니다." in response.content.decode()
    assert not Decision.objects.exists()


def test_the_second_approver_reads_who_was_first(programme, officer, approver, staff_client):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.proposed(programme, officer)
    old = application.version
    decisions.approve(application.pk, by=approver.actor, version=old)
    table = staff_client(user=make.staff(Role.SLATE_APPROVER))
    response = table.post(url("decide", application), {"version": old, "decision": "decide"})
    assert response.status_code == 409
    assert f"{approver} 담당자가 오전 10시에 이미 결정했습니다. 결정: 지원 결정." in response.content.decode()


def test_a_batch_is_confirmed_with_its_sum_and_tells_what_is_left(programme, officer, approver, staff_client):
    make.with_money(programme, Work.HOUSE, 3_440_000)
    chosen = [f"{case.pk}-{case.version}" for case in (make.proposed(programme, officer) for _ in range(2))]
    table = staff_client(user=approver)
    asked = table.post(url("approve_many"), {"chosen": chosen}).content.decode()
    assert "2건의 지원을 결정할까요?" in asked
    assert "모두 금6,880,000원입니다." in asked
    done = table.post(url("approve_many"), {"chosen": chosen, "confirmed": "1"}, follow=True).content.decode()
    assert "2건 가운데 1건을 결정했습니다. 1건은 남았습니다." in done
    assert "모자랍니다" in done


def test_giving_back_needs_a_reason(programme, officer, approver, staff_client):
    application = make.proposed(programme, officer)
    table = staff_client(user=approver)
    data = {"version": application.version, "decision": "give_back"}
    assert "되돌려 보내는 이유가 비어 있습니다." in table.post(url("decide", application), data).content.decode()
    table.post(url("decide", application), data | {"note": "사진을 다시 봐 주세요."})
    application.refresh_from_db()
    assert application.state == "eligible"


def test_asking_for_more_and_refusing_by_page(programme, officer, staff_client):
    desk = staff_client(user=officer)
    first, second = make.being_checked(programme, officer), make.being_checked(programme, officer)
    desk.post(url("request_more", first), {"version": first.version, "items": ["photos"], "note": ""})
    desk.post(url("propose_refusal", second), {"version": second.version, "code": "DEMOLISHED", "sentence": ""})
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.state == "needs_info"
    assert (second.state, second.reason_sentence) == ("refusal_proposed", "건물이 이미 헐려 없습니다.")


# The counter


@pytest.fixture
def clerk(db):
    return make.staff(Role.TOWNSHIP_CLERK, township=Township.objects.get(name="만경읍"))


def entry(township) -> dict[str, object]:
    answers = {"township": township.pk, "address": "시연리 7", "household": "general"}
    owner = {"ownership": "owner", "owner_agreed": "on"}
    return PART | CONTACT | CONSENTS | answers | owner | {"phone": "063-540-1234"}


def test_a_clerk_takes_in_an_application_of_his_township_and_prints_the_receipt(programme, clerk, staff_client):
    desk = staff_client(user=clerk)
    response = desk.post(url("counter"), entry(clerk.township), follow=True)
    assert "2020-SL-0001" in response.content.decode()
    application = Application.objects.get()
    assert (application.origin, application.entered_by) == ("counter", clerk)
    assert not application.resident.can_receive_texts


def test_a_clerk_neither_takes_in_nor_sees_another_township(programme, clerk, staff_client):
    other = Township.objects.get(name="백산면")
    desk = staff_client(user=clerk)
    assert desk.post(url("counter"), entry(other)).status_code == 200
    assert not Application.objects.exists()
    elsewhere = make.submitted(programme, township=other)
    assert elsewhere.reference not in desk.get(url("queue")).content.decode()
    assert desk.get(url("case", elsewhere)).status_code == 404
    assert desk.get(url("receipt", elsewhere)).status_code == 404


# Money


def test_an_approver_allots_and_everybody_sees_the_assumption(programme, officer, approver, staff_client):
    table = staff_client(user=approver)
    table.post(url("budget"), {"work": "house", "amount_won": "1000001", "note": "추경 1호"})
    amounts = list(BudgetLine.objects.order_by("pk").values_list("allotted_won", flat=True))
    assert amounts == [500_000, 100_000, 400_001]
    text = staff_client(user=officer).get(url("budget")).content.decode()
    assert "시연을 위한 가정" in text
    assert "모든 예산이 원장의 합과 같습니다." in text
    staff_client(user=officer).post(url("budget"), {"work": "house", "amount_won": "1", "note": "x"})
    assert BudgetLine.objects.order_by("pk")[2].allotted_won == 400_001


def test_more_than_is_free_cannot_be_taken_back(programme, approver, staff_client):
    make.with_money(programme, Work.HOUSE, 1_000_000)
    response = staff_client(user=approver).post(
        url("budget"), {"work": "house", "amount_won": "-1000001", "note": "추경"}
    )
    assert "예산이 모자랍니다" in response.content.decode()


ROLES = {
    "queue": {Role.TOWNSHIP_CLERK, Role.SLATE_OFFICER, Role.SLATE_APPROVER, Role.AUDITOR},
    "approvals": {Role.SLATE_APPROVER},
    "budget": {Role.SLATE_OFFICER, Role.SLATE_APPROVER, Role.SETTLEMENT_OFFICER, Role.AUDITOR},
    "figures": {Role.TOWNSHIP_CLERK, Role.SLATE_OFFICER, Role.SLATE_APPROVER, Role.AUDITOR},
    "counter": {Role.TOWNSHIP_CLERK, Role.SLATE_OFFICER},
}


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_what(programme, staff_client, role):
    client = staff_client(role)
    opened = {page for page in ROLES if client.get(url(page)).status_code == 200}
    assert opened == {page for page, roles in ROLES.items() if role in roles}


def test_an_officer_takes_a_new_case_from_its_own_page(programme, officer, staff_client):
    application = make.submitted(programme)
    desk = staff_client(user=officer)
    page = desk.get(url("case", application))
    assert "제가 맡기" in page.content.decode()
    answer = desk.post(url("assign"), {"officer": officer.pk, "chosen": [application.pk]})
    application.refresh_from_db()
    assert application.officer == officer
    assert answer.headers["Location"] == url("case", application)
    assert "제가 맡기" not in desk.get(url("case", application)).content.decode()


def test_a_priority_household_needs_a_proof_that_has_not_run_out(programme, officer, staff_client):
    application = make.being_checked(programme, officer)
    desk = staff_client(user=officer)
    typed = make.LOOKED_UP | {
        "version": application.version,
        "checked": CheckItem.values,
        "household": "near_poor",
        "verified_on": "2020-02-25",
        "valid_until": "",
        "eligible": "1",
    }
    assert "언제까지 유효한지 적어 주세요" in desk.post(url("checks", application), typed).content.decode()
    late = desk.post(url("checks", application), typed | {"valid_until": "2020-02-24"})
    assert "이미 끝났습니다" in late.content.decode()
    assert desk.post(url("checks", application), typed | {"valid_until": "2020-02-25"}).status_code == 302
    application.refresh_from_db()
    assert application.state == "eligible"


def test_every_question_of_the_counter_stands_in_a_group(db):
    form = CounterForm(townships=Township.objects.none())
    grouped = [name for names in form.GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(form.fields)


def test_every_question_of_the_checks_stands_in_a_group(db):
    form = ChecksForm()
    grouped = [name for names in form.GROUPS.values() for name in names]
    assert sorted([*grouped, "version"]) == sorted(form.fields)


def test_what_is_assumed_is_said_on_staff_pages_only(programme, officer, staff_client, client):
    page = staff_client(user=officer).get(url("figures")).content.decode()
    for words in (
        "국비 50% · 도비 10% · 시비 40%",
        "시연을 위한 가정",
        "전라북도행정심판위원회",
        "업체가 보관하는 기간",
    ):
        assert words in page
    assert "가정했습니다" not in client.get(reverse("slate:start")).content.decode()
