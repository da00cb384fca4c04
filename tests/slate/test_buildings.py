"""One building, one application: however its address is typed, and only for whom the owner has agreed."""

import datetime as dt
import unicodedata

import pytest
from django.db import IntegrityError
from django.urls import reverse

from services.enums.people import Role
from services.models import Notice, Township
from services.reports.history import timeline
from services.rules.refusal import Refused
from slate import tasks
from slate.actions import casework, intake
from slate.enums import CheckItem
from slate.forms.questions import AddressForm, PartForm
from slate.models import Application, BuildingPart
from slate.reports.cases import NOTHING_TO_DO, status_of
from slate.reports.lookalikes import lookalikes
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


@pytest.fixture
def mangyeong(db):
    return Township.objects.get(name="만경읍")


def kinds() -> list[str]:
    return [kind.rpartition("/")[2] for kind in Notice.objects.order_by("pk").values_list("kind", flat=True)]


# Lots


@pytest.mark.parametrize("typed", SAME)
def test_one_building_is_taken_once_however_it_is_written(programme, typed):
    first = make.submitted(programme, address="만경리 12-3")
    with pytest.raises(Refused, match=first.reference) as refusal:
        make.submitted(programme, address=typed)
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
    assert 'type="checkbox"' in str(form["is_another_building"])
    again = AddressForm({"township": mangyeong.pk, "address": typed, "is_another_building": "on"})
    assert again.is_valid(), again.errors


def test_a_barn_beside_the_house_goes_on_and_the_same_house_does_not(programme, mangyeong):
    first = make.submitted(programme, address="만경리 12-3")
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


def test_one_village_name_in_two_townships_is_two_places_and_a_dong_is_one(programme):
    townships = Township.objects.in_bulk(["만경읍", "백산면", "요촌동", "신풍동"], field_name="name")
    make.submitted(programme, township=townships["만경읍"], address="상리 1")
    make.submitted(programme, township=townships["백산면"], address="상리 1")
    make.submitted(programme, township=townships["요촌동"], address="요촌동 7")
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
    first = make.submitted(programme, address="만경리 12-3")
    case = make.being_checked(programme, officer, address="만경로 12")
    with pytest.raises(Refused, match=first.reference):
        casework.save_checks(case.pk, make.checks(lot="만경리 12-3"), by=officer.actor)
    case.refresh_from_db()
    assert case.lot == ""


def test_the_database_keeps_one_live_part_a_key(programme):
    first, second = make.submitted(programme), make.submitted(programme)
    with pytest.raises(IntegrityError, match="building_part_once_a_year"):
        BuildingPart.objects.filter(application=second).update(fingerprint=first.parts.get().fingerprint)


def test_staff_see_what_looks_alike(programme, officer, staff_client):
    person = {"name": "시연 김같은", "phone": "+821099990000"}
    case = make.being_checked(programme, officer, address="만경리 12-3", **person)
    near = make.submitted(programme, address="만경리 13")
    same_block = make.submitted(programme, address="만경리 12-9")
    barn = make.submitted(programme, address="만경리 12-3", parts=[make.new_part(kind="barn", in_use="used")])
    theirs = make.submitted(programme, address="장산리 1", **person)
    make.submitted(programme, address="만경리 99")
    assert {(one.application.pk, one.why) for one in lookalikes(case, officer)} == {
        (near.pk, "옆 지번"),
        (same_block.pk, "같은 본번"),
        (barn.pk, "같은 지번"),
        (theirs.pk, "같은 분"),
    }
    assert lookalikes(case, officer)[0].application == barn
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


def test_the_owner_goes_before_and_both_hear_it(programme):
    tenant = make.submitted(programme, address="만경리 12-3", **WITHOUT_OWNER)
    owner = make.submitted(programme, address="만경리 12-3")
    tenant.refresh_from_db()
    assert owner.holds_buildings
    assert tenant.owner_applied_at
    told = {(one.kind.rpartition("/")[2], one.subject_id) for one in Notice.objects.all()}
    assert {("owner_applied", str(tenant.pk)), ("comes_first", str(owner.pk))} <= told
    assert "주인이 직접 신청" in status_of(tenant).todo
    assert timeline(tenant)[-1].what == "건물 주인이 직접 신청함"
    assert status_of(owner).todo == NOTHING_TO_DO


def test_after_the_owner_a_tenant_is_refused(programme):
    make.submitted(programme, address="만경리 12-3")
    with pytest.raises(Refused, match="이미 신청되어 있습니다"):
        make.submitted(programme, address="만경리 12-3", **WITHOUT_OWNER)


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
    assert make.submitted(programme, address="만경리 12-3").holds_buildings
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
