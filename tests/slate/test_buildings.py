"""One building, one application: however its address is typed, and only for whom the owner has agreed."""

import datetime as dt
import unicodedata
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError
from django.urls import reverse

from services.enums.people import Role
from services.models import Notice, Township
from services.reports.history import timeline
from services.rules.refusal import Refused
from slate import tasks
from slate.actions import casework, decisions, intake
from slate.enums import CheckItem, RefusalReason
from slate.forms.questions import AddressForm, PartForm
from slate.models import Application, BuildingPart
from slate.reports.cases import NOTHING_TO_DO, status_of, todos
from slate.reports.lookalikes import lookalikes
from slate.reports.owners import NOT_DECIDED, OTHER_FIRST, contest_of
from tests.races import at_once
from tests.slate import factories as make
from tests.slate.test_pages import photo

SAME = [
    "만경리 12-3",
    unicodedata.normalize("NFD", "만경리 12-3"),
    "만경리 １２－３",
    "만경리 12–3번지",
    "만경읍 만경리 12의3",
    "전라북도 김제시 만경읍 만경리 12-3 번지",
]
HOUSE = {"kind": "house", "in_use": "lived_in", "in_register": "yes", "slate_place": "roof", "is_overlaid": "no"}
WITHOUT_OWNER = {"ownership": "tenant", "owner_agreed": False}
PERSON = {"name": "시연 이만경", "phone": "+821066660000"}
NOT_SLATE: dict[str, Any] = {"code": RefusalReason.NOT_SLATE, "sentence": "슬레이트가 없습니다."}
NOT_OWNER: dict[str, Any] = {"code": RefusalReason.NOT_OWNER, "sentence": "건물 주인의 동의를 확인하지 못했습니다."}


@pytest.fixture
def mangyeong(db):
    return Township.objects.get(name="만경읍")


def kinds() -> list[str]:
    return [kind.rpartition("/")[2] for kind in Notice.objects.order_by("pk").values_list("kind", flat=True)]


# Lots


@pytest.mark.parametrize("typed", SAME)
def test_one_building_is_taken_once_however_it_is_written(programme, officer, typed):
    first = make.eligible(programme, officer, address="만경리 12-3")
    with pytest.raises(Refused, match=first.reference) as refusal:
        make.submitted(programme, address=typed)
    assert refusal.value.field == "address"
    assert Application.objects.count() == 1


@pytest.mark.parametrize("typed", SAME)
def test_one_person_asks_for_one_building_once_however_it_is_written(programme, typed):
    first = make.submitted(programme, address="만경리 12-3", **PERSON)
    with pytest.raises(Refused, match=first.reference) as refusal:
        make.submitted(programme, address=typed, **PERSON)
    assert refusal.value.field == "address"
    assert Application.objects.count() == 1


@pytest.mark.parametrize("typed", SAME)
def test_it_is_said_at_the_address_with_the_number_and_what_to_do(programme, mangyeong, typed):
    first = make.submitted(programme, address="만경리 12-3")
    form = AddressForm({"township": mangyeong.pk, "address": typed})
    assert not form.is_valid()
    sentence = form.errors["address"][0]
    assert first.reference in sentence
    assert "내 신청 확인" in sentence
    assert programme.phone in sentence
    assert 'type="checkbox"' in str(form["goes_on"])
    again = AddressForm({"township": mangyeong.pk, "address": typed, "goes_on": "on"})
    assert again.is_valid(), again.errors


def test_a_barn_beside_the_house_goes_on_and_the_same_house_does_not(programme, officer, mangyeong):
    first = make.eligible(programme, officer, address="만경리 12-3")
    said = {"township": mangyeong.pk, "address": "만경리 12-3"}
    part = HOUSE | {"area_m2": "100"}
    assert first.reference in PartForm(part, said=said).errors["kind"][0]
    assert PartForm(part | {"kind": "barn", "in_use": "used"}, said=said).is_valid()


def test_nothing_is_said_about_a_building_that_is_free_again(programme, mangyeong):
    first = make.submitted(programme, address="만경리 12-3")
    intake.withdraw(first.pk, by=make.BY)
    assert AddressForm({"township": mangyeong.pk, "address": "만경리 12-3"}).is_valid()
    assert make.submitted(programme, address="만경리 12-3").lot == "만경리 12-3"


@pytest.mark.parametrize("other", ["만경리 12-4", "만경리 산 12-3", "장산리 12-3", "만경리 123"])
def test_another_lot_is_another_building(programme, other):
    make.submitted(programme, address="만경리 12-3")
    assert make.submitted(programme, address=other).lot == other


def test_one_village_name_in_two_townships_is_two_places_and_a_dong_is_one(programme, officer):
    townships = Township.objects.in_bulk(["만경읍", "백산면", "요촌동", "신풍동"], field_name="name")
    for name, address in (("만경읍", "상리 1"), ("백산면", "상리 1"), ("요촌동", "요촌동 7")):
        make.eligible(programme, officer, township=townships[name], address=address)
    with pytest.raises(Refused, match="이미 신청"):
        make.submitted(programme, township=townships["신풍동"], address="요촌동 7")


def test_the_township_is_not_said_twice(programme, mangyeong):
    form = AddressForm({"township": mangyeong.pk, "address": "김제시 만경읍 만경리 12-3"})
    assert form.is_valid()
    assert form.cleaned_data["address"] == "만경리 12-3"
    assert make.submitted(programme, address="만경읍 만경리 12-3").place == "만경읍 만경리 12-3"
    dong = Township.objects.get(name="검산동")
    assert make.submitted(programme, township=dong, address="검산동 833").place == "검산동 833"


def test_another_township_in_the_address_is_asked(programme, mangyeong):
    form = AddressForm({"township": mangyeong.pk, "address": "백산면 상리 1"})
    assert "백산면" in form.errors["township"][0]


@pytest.mark.parametrize("address", ["만경로 12", "행복빌라 나동 201호", "우체국 옆 빨간 지붕 집"])
def test_where_no_lot_can_be_read_staff_find_it(programme, officer, staff_client, address):
    case = make.being_checked(programme, officer, address=address)
    assert (case.lot, case.lot_index, case.block_index) == ("", "", "")
    desk = staff_client(user=officer)
    assert "지번을 읽을 수 없습니다" in desk.get(reverse("slate:staff_case", args=[case.reference])).content.decode()
    with pytest.raises(Refused, match="지번") as refusal:
        casework.confirm(case.pk, make.checks(), by=officer.actor)
    assert refusal.value.field == "lot"
    with pytest.raises(Refused, match="지번을 읽을 수 없습니다"):
        casework.save_checks(case.pk, make.checks(lot="어딘가"), by=officer.actor)
    done = casework.confirm(case.pk, make.checks(lot="만경읍 만경리 12-3번지"), by=officer.actor)
    assert (done.state, done.lot) == ("eligible", "만경리 12-3")
    with pytest.raises(Refused, match=case.reference):
        make.submitted(programme, address="만경리 12-3")


def test_a_lot_that_is_somebody_elses_is_named(programme, officer):
    first = make.eligible(programme, officer, address="만경리 12-3")
    case = make.being_checked(programme, officer, address="만경로 12")
    with pytest.raises(Refused, match=first.reference):
        casework.save_checks(case.pk, make.checks(lot="만경리 12-3"), by=officer.actor)
    case.refresh_from_db()
    assert case.lot == ""


def test_the_database_keeps_one_live_part_a_key(programme, officer):
    first, second = make.eligible(programme, officer), make.eligible(programme, officer)
    with pytest.raises(IntegrityError, match="building_part_once_a_year"):
        BuildingPart.objects.filter(application=second).update(fingerprint=first.parts.get().fingerprint)


def test_staff_see_what_looks_alike(programme, officer, staff_client):
    person = {"name": "시연 김같은", "phone": "+821099990000"}
    case = make.being_checked(programme, officer, address="만경리 12-3", **person)
    rival = make.submitted(programme, address="만경리 12의3")
    near = make.submitted(programme, address="만경리 13")
    same_block = make.submitted(programme, address="만경리 12-9")
    barn = make.submitted(programme, address="만경리 12-3", parts=[make.new_part(kind="barn", in_use="used")])
    theirs = make.submitted(programme, address="장산리 1", **person)
    make.submitted(programme, address="만경리 99")
    assert {(one.application.pk, one.why) for one in lookalikes(case, officer)} == {
        (near.pk, "옆 지번"),
        (same_block.pk, "같은 본번"),
        (rival.pk, "같은 건물"),
        (barn.pk, "같은 지번"),
        (theirs.pk, "같은 분"),
    }
    assert [one.application for one in lookalikes(case, officer)[:2]] == [rival, barn]
    page = staff_client(user=officer).get(reverse("slate:staff_case", args=[case.reference])).content.decode()
    assert "비슷한 신청이 있습니다" in page


# The owner's consent


def test_without_the_owner_a_building_is_not_taken_and_the_paper_is_asked_for(programme):
    case = make.submitted(programme, address="만경리 12-3", **WITHOUT_OWNER)
    assert not case.holds_buildings
    assert case.owner_due_on == dt.date(2020, 3, 10)
    assert "owner_consent" in kinds()
    assert "3월 10일" in status_of(case).todo
    assert "동의서를 내 주세요" in status_of(case).todo
    assert make.submitted(programme, address="만경리 12-3", **WITHOUT_OWNER).pk != case.pk


def told(case: Application) -> list[str]:
    rows = Notice.objects.filter(subject_id=str(case.pk)).order_by("pk").values_list("kind", "channel")
    return [kind.rpartition("/")[2] for kind, channel in rows if channel == "sms"]


@pytest.mark.parametrize(("first", "second"), [({}, {}), (WITHOUT_OWNER, {}), ({}, WITHOUT_OWNER)])
def test_a_claim_to_be_the_owner_takes_nothing_and_both_hear_of_the_other(programme, first, second):
    one = make.submitted(programme, address="만경리 12-3", **first)
    other = make.submitted(programme, address="만경리 12의3", **second)
    assert set(Application.objects.contested()) == {one, other}
    for case, rival in ((one, other), (other, one)):
        case.refresh_from_db()
        assert not case.holds_buildings
        assert told(case)[-1] == "contested"
        assert timeline(case)[-1].what == "같은 건물을 다른 분도 신청함"
        assert timeline(case)[-1].reason == rival.reference
        assert NOT_DECIDED in status_of(case).sentence
    assert (status_of(one).todo == NOTHING_TO_DO) == (not first)


def test_the_owner_who_is_confirmed_goes_before_and_the_other_hears_it(programme, officer):
    tenant = make.submitted(programme, address="만경리 12-3", **WITHOUT_OWNER)
    owner = make.being_checked(programme, officer, address="만경리 12-3")
    done = casework.save_checks(owner.pk, make.checks(checked=[CheckItem.OWNER]), by=officer.actor)
    assert done.holds_buildings
    assert not Application.objects.contested().exists()
    tenant.refresh_from_db()
    assert told(tenant)[-1] == "rival_confirmed"
    assert Notice.objects.get(kind="slate/notices/rival_confirmed", channel="letter").resident == tenant.resident
    assert timeline(tenant)[-1].what == "다른 신청의 주인을 확인함"
    assert OTHER_FIRST in status_of(tenant).sentence
    assert "취소해 주세요" in status_of(tenant).todo
    assert OTHER_FIRST not in status_of(done).sentence
    assert NOT_DECIDED not in status_of(done).sentence
    with pytest.raises(Refused, match="이미 신청되어 있습니다"):
        make.submitted(programme, address="만경리 12-3", **WITHOUT_OWNER)


@pytest.fixture
def two(programme, officer):
    """Two who both say that they own one house; both are being checked."""
    return [make.being_checked(programme, officer, address="만경리 12-3") for _ in range(2)]


def test_neither_is_decided_before_the_owner_is_found(programme, officer, approver, two):
    first, second = two
    for case in two:
        with pytest.raises(Refused, match="누가 건물 주인인지 먼저"):
            casework.propose_refusal(case.pk, **NOT_SLATE, by=officer.actor)
        without = [item for item in CheckItem if item != CheckItem.OWNER]
        with pytest.raises(Refused, match="아직 확인하지 않은 것이 있습니다: 주인 확인"):
            casework.confirm(case.pk, make.checks(checked=without), by=officer.actor)
    casework.confirm(first.pk, make.checks(), by=officer.actor)
    with pytest.raises(Refused, match=f"다른 신청\\({first.reference}\\)"):
        casework.confirm(second.pk, make.checks(), by=officer.actor)
    refusal = casework.propose_refusal(second.pk, **NOT_OWNER, by=officer.actor)
    assert decisions.refuse(refusal.pk, by=approver.actor).outcome == "refused"


def test_a_rival_who_comes_after_the_proposal_holds_the_decision_up(programme, officer, approver):
    proposed = make.refusal_proposed(programme, officer, address="만경리 12-3")
    rival = make.submitted(programme, address="만경리 12-3")
    with pytest.raises(Refused, match=f"{rival.reference}.*되돌려 보내 주세요"):
        decisions.refuse(proposed.pk, by=approver.actor)
    intake.withdraw(rival.pk, by=make.BY)
    assert decisions.refuse(proposed.pk, by=approver.actor).outcome == "refused"


def test_who_is_not_the_owner_is_refused_on_evidence_and_then_the_other_goes_on(programme, officer, approver, two):
    first, second = two
    with pytest.raises(Refused, match="찾아본 곳과 날과 번호를 모두") as refusal:
        casework.propose_refusal(first.pk, **NOT_OWNER, by=officer.actor)
    assert refusal.value.field == "owner_where"
    look_up = make.look_ups()[CheckItem.OWNER]
    proposed = casework.propose_refusal(first.pk, **NOT_OWNER, look_up=look_up, by=officer.actor)
    proposed.refresh_from_db()
    assert proposed.evidence["NOT_OWNER"]["look_up"]["number"] == "2020-17"
    decisions.refuse(first.pk, by=approver.actor)
    assert not Application.objects.contested().exists()
    assert casework.propose_refusal(second.pk, **NOT_SLATE, by=officer.actor).state == "refusal_proposed"


def test_staff_see_both_linked_with_a_to_do_and_a_list(programme, officer, staff_client, two):
    first, second = two
    make.submitted(programme)
    desk = staff_client(user=officer)
    (todo,) = [one for one in todos(officer) if one.label == "슬레이트 소유자 확인"]
    assert todo.count == 2
    assert set(desk.get(todo.url).context["page"].object_list) == set(two)
    for case, rival in ((first, second), (second, first)):
        for page in ("case", "checks", "propose_refusal"):
            text = desk.get(reverse(f"slate:staff_{page}", args=[case.reference])).content.decode()
            assert "소유자 확인이 먼저입니다" in text
            assert reverse("slate:staff_case", args=[rival.reference]) in text
    casework.save_checks(first.pk, make.checks(), by=officer.actor)
    assert [one.count for one in todos(officer) if one.label == "슬레이트 소유자 확인"] == [0]
    text = desk.get(reverse("slate:staff_case", args=[second.reference])).content.decode()
    assert reverse("slate:staff_propose_refusal", args=[second.reference]) in text
    assert "주인이 확인된 다른 신청이 있습니다" in text


def test_both_applicants_read_the_truth(programme, resident_client, two):
    for case in two:
        page = resident_client(case.resident).get(reverse("slate:application", args=[case.reference]))
        assert NOT_DECIDED in page.content.decode()


def test_the_list_and_the_page_mean_the_same(programme, officer, two):
    third = make.submitted(programme, address="만경리 12-3", **WITHOUT_OWNER)
    other_year = make.submitted(make.programme_of_2020(year=2021), address="만경리 12-3")
    alone = make.submitted(programme)

    def contested() -> set[Application]:
        rows = [(row, contest_of(row)) for row in Application.objects.all()]
        found = {row for row, contest in rows if contest and not contest.winner}
        assert set(Application.objects.contested()) == found
        return found

    assert contested() == {*two, third}
    assert not {other_year, alone} & contested()
    intake.withdraw(two[0].pk, by=make.BY)
    assert contested() == {two[1], third}
    casework.save_checks(two[1].pk, make.checks(), by=officer.actor)
    assert contested() == set()
    casework.save_checks(two[1].pk, make.checks(checked=[]), by=officer.actor)
    assert contested() == {two[1], third}


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_confirm_two_owners_at_once_one_is_told_calmly(clock):
    clock("2020-02-25 10:00")
    programme, officers = make.programme_of_2020(), [make.staff(Role.SLATE_OFFICER) for _ in range(2)]
    for number in range(8):
        cases = [make.being_checked(programme, officers[0], address=f"만경리 {number + 1}") for _ in range(2)]
        results = at_once(
            *(
                partial(casework.confirm, case.pk, make.checks(), by=officer.actor)
                for case, officer in zip(cases, officers, strict=True)
            )
        )
        confirmed = [one for one in results if isinstance(one, Application)]
        assert len(confirmed) == 1, results
        assert [one for one in results if isinstance(one, str) and "다른 신청" in one], results
        assert BuildingPart.objects.filter(application__in=cases, is_live=True).count() == 1
        assert Application.objects.filter(pk__in=[case.pk for case in cases], state="eligible").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_person_in_two_tabs_at_once_asks_once(clock):
    clock("2020-02-25 10:00")
    programme = make.programme_of_2020()
    for number in range(5):
        person = {"phone": f"+8210777700{number:02d}", "address": f"만경리 {number + 1}"}
        both = [make.new_application(**person) for _ in range(2)]
        results = at_once(*(partial(intake.submit, programme, new, by=make.BY) for new in both))
        assert sorted(type(one).__name__ for one in results) == ["Application", "str"], results


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_are_both_taken_in_and_both_hear_it(clock):
    clock("2020-02-25 10:00")
    programme = make.programme_of_2020()
    for number in range(5):
        both = [make.new_application(address=f"만경리 {number + 1}") for _ in range(2)]
        results = at_once(*(partial(intake.submit, programme, new, by=make.BY) for new in both))
        assert all(isinstance(one, Application) for one in results), results
        assert [told(case)[-1] for case in results] == ["contested"] * 2


def test_a_consent_that_an_officer_has_read_takes_the_building(programme, officer):
    case = make.being_checked(programme, officer, address="만경리 12-3", **WITHOUT_OWNER)
    casework.save_checks(case.pk, make.checks(checked=[CheckItem.SLATE]), by=officer.actor)
    assert not BuildingPart.objects.get().is_live
    done = casework.save_checks(case.pk, make.checks(checked=[CheckItem.OWNER]), by=officer.actor)
    assert done.owner_confirmed_at
    with pytest.raises(Refused, match=case.reference):
        make.submitted(programme, address="만경리 12-3")
    casework.save_checks(case.pk, make.checks(checked=[]), by=officer.actor)
    assert not BuildingPart.objects.get().is_live
    make.eligible(programme, officer, address="만경리 12-3")
    with pytest.raises(Refused, match="다른 신청"):
        casework.save_checks(case.pk, make.checks(checked=[CheckItem.OWNER]), by=officer.actor)


def test_the_paper_is_brought_on_a_page_and_then_nothing_is_to_do(programme, resident_client, private_files):
    case = make.submitted(programme, **WITHOUT_OWNER)
    client = resident_client(case.resident)
    page = client.get(reverse("slate:application", args=[case.reference])).content.decode()
    url = reverse("slate:application_consent", args=[case.reference])
    assert url in page
    assert NOTHING_TO_DO not in page
    assert client.post(url, {}).status_code == 200
    client.post(url, {"paper": photo()})
    case.refresh_from_db()
    assert case.owner_paper_at
    assert not case.holds_buildings
    page = client.get(reverse("slate:application", args=[case.reference])).content.decode()
    assert url not in page
    assert NOTHING_TO_DO in page
    assert client.get(url).status_code == 302


def test_the_owners_own_application_needs_no_paper(programme):
    with pytest.raises(Refused, match="내지 않으셔도"):
        intake.bring_consent(make.submitted(programme).pk, by=make.BY)


def test_where_another_owner_is_confirmed_no_consent_is_chased(programme, officer, clock):
    make.submitted(programme, address="만경리 12-3", **WITHOUT_OWNER)
    make.eligible(programme, officer, address="만경리 12-3")
    clock("2020-03-08 10:00")
    tasks.tell_everybody()
    assert "owner_consent_reminder" not in kinds()


def test_reminded_once_three_days_before_and_on_the_worklist_after(programme, officer, clock, staff_client):
    case = make.being_checked(programme, officer, **WITHOUT_OWNER)
    clock("2020-03-06 10:00")
    tasks.tell_everybody()
    assert "owner_consent_reminder" not in kinds()
    clock("2020-03-07 10:00")
    for _ in range(2):
        tasks.tell_everybody()
    assert kinds().count("owner_consent_reminder") == 1
    clock("2020-03-11 10:00")
    assert "기다렸습니다" in status_of(Application.objects.get(pk=case.pk)).todo
    desk = staff_client(Role.SLATE_OFFICER)
    assert case.reference in desk.get(reverse("slate:staff_queue") + "?owner=late").content.decode()
    assert "슬레이트 주인 동의 기한 지남" in desk.get(reverse("services:staff_today")).content.decode()


def test_a_clerk_is_shown_no_look_alike_that_they_may_not_open(programme):
    person = {"name": "시연 김같은", "phone": "+821099990000"}
    case = make.submitted(programme, address="만경리 12-3", **person)
    make.submitted(programme, township=Township.objects.get(name="백산면"), address="상리 1", **person)
    clerk = make.staff(Role.TOWNSHIP_CLERK, township=case.township)
    assert lookalikes(case, clerk) == []
    assert len(lookalikes(case, make.staff(Role.SLATE_OFFICER))) == 1
