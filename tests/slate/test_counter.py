"""Paper at the counter: its day, its scan, its parts; and what a check rests on."""

import datetime as dt
import re
from collections.abc import Mapping

import pytest
from django.urls import reverse
from django.utils import timezone

from services.enums.people import Role
from services.models import Consent, Document, Township
from services.reports.history import timeline
from services.rules.refusal import Refused
from services.templatetags.portal import faults
from slate.actions import casework
from slate.enums import CheckItem, Household, PaperKind, PhotoKind
from slate.forms.staff import CounterForm
from slate.models import Application
from tests.slate import factories as make
from tests.slate.test_pages import CONSENTS, CONTACT, PART, photo

HOUSE = {"household": "general", "ownership": "owner", "owner_agreed": "on", "address": "만경읍 만경리 7"}
BARN = PART | {"kind": "barn", "in_use": "used", "area_m2": "40"}


def url(page: str, application: Application | None = None) -> str:
    return reverse(f"slate:staff_{page}", args=[application.reference] if application else [])


@pytest.fixture
def clerk(db):
    return make.staff(Role.TOWNSHIP_CLERK, township=Township.objects.get(name="만경읍"))


@pytest.fixture
def desk(programme, clerk, staff_client, private_files):
    return staff_client(user=clerk)


@pytest.fixture
def entry(clerk):
    return PART | CONTACT | CONSENTS | HOUSE | {"township": clerk.township_id}


def part(number: int, typed: Mapping[str, object]) -> dict[str, object]:
    return {f"part{number}-{name}": value for name, value in typed.items()}


# Paper


def test_the_day_on_the_paper_decides_order_and_deadline(desk, entry, programme):
    today = make.submitted(programme)
    response = desk.post(url("counter"), entry | {"paper_on": "2020-02-20", "paper": photo()})
    case = Application.objects.latest("pk")
    assert response.headers["Location"] == url("receipt", case)
    assert timezone.localdate(case.submitted_at) == dt.date(2020, 2, 20)
    assert case.due_on < today.due_on
    assert Document.objects.of(case).get().kind == PaperKind.FORM
    assert {one.how for one in Consent.objects.filter(subject_id=str(case.pk))} == {"paper"}
    text = desk.get(url("receipt", case)).content.decode()
    assert "2020. 2. 20.(목)" in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"paper_on": "2020-02-20"}, "스캔한 것을 올려 주세요"),
        ({"paper_on": "2020-02-26", "paper": "photo"}, "오늘보다 뒤입니다"),
        ({"paper_on": "2020-01-01", "paper": "photo"}, "부터 신청하실 수 있습니다"),
        ({"paper_on": "어제"}, "2027-01-31처럼"),
    ],
)
def test_an_odd_day_of_the_paper_is_asked_again(desk, entry, typed, sentence):
    sent = {name: photo() if value == "photo" else value for name, value in typed.items()}
    assert sentence in desk.post(url("counter"), entry | sent).content.decode()
    assert not Application.objects.exists()


def test_a_scan_that_cannot_be_kept_is_asked_for_again_and_the_application_stands(desk, entry):
    bad = photo()
    bad.file.seek(0)
    bad.file.truncate(0)
    bad.file.write(b"nonsense")
    bad.size = 8
    bad.file.seek(0)
    page = desk.post(url("counter"), entry | {"paper": bad}, follow=True)
    case = Application.objects.get()
    assert page.redirect_chain[0][0] == url("paper", case)
    assert "저장하지 못했습니다" in page.content.decode()


def test_several_parts_and_the_township_once(desk, entry):
    desk.post(url("counter"), entry | part(2, BARN) | part(3, BARN | {"area_m2": "25"}) | {"wants_reroofing": "yes"})
    case = Application.objects.get()
    parts = case.parts.all()
    assert [(one.kind, str(one.area_m2)) for one in parts] == [("house", "170.0"), ("barn", "40.0"), ("barn", "25.0")]
    assert [one.wants_reroofing for one in parts] == [True, False, False]
    assert case.place == "만경읍 만경리 7"
    assert len({one.fingerprint for one in parts}) == 3


def test_a_half_filled_part_is_not_lost_silently(desk, entry):
    page = desk.post(url("counter"), entry | part(2, {"kind": "barn"})).content.decode()
    assert "건물 부분 2:" in page
    assert not Application.objects.exists()


def test_faults_stand_in_the_order_of_the_page(db):
    form = CounterForm({"x": "1"}, townships=Township.objects.all())
    order = [name for names in form.GROUPS.values() for name in names]
    found = [re.sub(r"^id_|_0$", "", one.target) for one in faults(form) if one.target]
    assert [name for name in order if name in found] == found
    assert found[0] == "name"


def test_the_receipt_is_printed_and_leads_on(desk, entry):
    page = desk.post(url("counter"), entry, follow=True).content.decode()
    case = Application.objects.get()
    assert "인쇄" in page
    assert "data-print" in page
    for name in ("case", "paper"):
        assert f'href="{url(name, case)}"' in page
    assert "다음 서류" in page


def test_a_consent_over_the_counter_counts_as_brought(desk, entry, programme):
    desk.post(url("counter"), entry | {"ownership": "tenant", "owner_agreed": ""})
    case = Application.objects.get()
    assert case.waits_for_owner
    desk.post(url("paper", case), {"kind": PaperKind.OWNER, "paper": photo()})
    case.refresh_from_db()
    assert case.owner_paper_at
    assert timeline(case)[-1].what == "건물 주인 동의서 받음"


def test_a_clerk_adds_no_paper_elsewhere(desk, programme):
    other = make.submitted(programme, township=Township.objects.get(name="백산면"))
    assert desk.get(url("paper", other)).status_code == 404


# Evidence


@pytest.mark.parametrize("photos", [0, 1, 3])
def test_four_photos_are_four_papers(programme, officer, photos):
    case = make.submitted(programme)
    make.with_papers(case, *PhotoKind.values[:photos])
    casework.assign([case.pk], officer, by=officer.actor)
    with pytest.raises(
        Refused, match=f"사진 4개가 있어야 합니다. 지금 {f'{photos}개' if photos else '없음'}"
    ) as refusal:
        casework.save_checks(case.pk, make.checks(checked=[CheckItem.PHOTOS]), by=officer.actor)
    assert refusal.value.field == "checked"
    case.refresh_from_db()
    assert case.checked == []


def test_a_check_names_its_papers(programme, officer, staff_client):
    case = make.being_checked(programme, officer)
    done = casework.save_checks(case.pk, make.checks(checked=[CheckItem.PHOTOS]), by=officer.actor)
    assert done.evidence == {"photos": list(Document.objects.of(case).values_list("pk", flat=True))}
    page = staff_client(user=officer).get(url("case", case)).content.decode()
    assert "whole.jpg, close.jpg, back.jpg, road.jpg" in page


def test_a_tenants_owner_is_confirmed_by_a_paper(programme, officer):
    case = make.submitted(programme, ownership="tenant", owner_agreed=False)
    casework.assign([case.pk], officer, by=officer.actor)
    with pytest.raises(Refused, match="건물 주인의 동의서 1개가 있어야 합니다"):
        casework.save_checks(case.pk, make.checks(checked=[CheckItem.OWNER]), by=officer.actor)
    make.with_papers(case, PaperKind.OWNER)
    assert casework.save_checks(case.pk, make.checks(checked=[CheckItem.OWNER]), by=officer.actor).owner_confirmed_at


def test_a_household_that_the_city_may_not_look_up_is_proved_by_a_paper(programme, officer):
    case = make.being_checked(programme, officer, city_may_verify=False)
    checks = make.checks(Household.NEAR_POOR, checked=[CheckItem.HOUSEHOLD])
    with pytest.raises(Refused, match="증명서 1개가 있어야 합니다"):
        casework.save_checks(case.pk, checks, by=officer.actor)
    make.with_papers(case, PaperKind.HOUSEHOLD)
    assert casework.save_checks(case.pk, checks, by=officer.actor).checked == ["household"]


# What was said in a case, and the newest address


def test_the_newest_address_is_offered_and_taken_only_when_somebody_says_so(programme, officer, staff_client):
    case = make.being_checked(programme, officer, postal_address="전북 전주시 시연로 1")
    desk = staff_client(user=officer)
    assert "이 신청에도 쓸까요?" not in desk.get(url("case", case)).content.decode()
    case.resident.address = "전북 익산시 시연로 2"
    case.resident.save()
    page = desk.get(url("case", case)).content.decode()
    assert "전북 전주시 시연로 1" in page
    assert "가장 새 주소: 전북 익산시 시연로 2" in page
    assert url("address", case) in page
    desk.post(url("address", case), {"version": case.version})
    case.refresh_from_db()
    assert case.postal_address == "전북 익산시 시연로 2"
    assert timeline(case)[-1].what == "편지 주소 바꿈"
    with pytest.raises(Refused, match="가장 새 주소"):
        casework.take_address(case.pk, by=officer.actor)
