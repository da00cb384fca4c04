"""Paper at the counter: its day, its scan, its parts; and what a check rests on."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from services.enums.people import Role
from services.models import Consent, Document, FactProposal, Notice, Resident, Township
from services.reports.history import timeline
from services.rules.refusal import Refused
from services.templatetags.portal import faults
from slate.actions import casework, decisions, intake
from slate.enums import CheckItem, Household, Needed, PaperKind, PhotoKind, Work
from slate.forms.staff import CounterForm
from slate.models import Application, Programme
from slate.reports.consents import application_consents
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
    assert "09:00" not in text
    assert "10:00" in desk.get(url("receipt", today)).content.decode()


def test_the_clerk_reads_out_what_is_agreed_to_and_no_code_is_promised(desk):
    page = desk.get(url("counter")).content.decode()
    for words in application_consents(Programme.objects.get()).values():
        assert words.why in page
        assert words.refusal in page
    assert "인증번호" not in page


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
    assert done.evidence == {"photos": {"papers": list(Document.objects.of(case).values_list("pk", flat=True))}}
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


RESTS_ON = {
    CheckItem.OWNER: {"papers": [], "look_up": {"where": "건축물대장", "on": "2020-02-25", "number": "2020-17"}},
    CheckItem.NOT_SUPPORTED: {
        "papers": [],
        "look_up": {"where": "슬레이트 지원 대장", "on": "2020-02-25", "number": ""},
    },
    CheckItem.HOUSEHOLD: {
        "papers": [],
        "look_up": {"where": "행정정보 공동이용", "on": "2020-02-25", "number": ""},
    },
}


def test_every_tick_keeps_what_it_rests_on(programme, officer, staff_client):
    case = make.being_checked(programme, officer)
    done = casework.save_checks(case.pk, make.checks(Household.NEAR_POOR), by=officer.actor)
    done.refresh_from_db()
    assert set(done.evidence) == set(CheckItem.values)
    for item, kept in RESTS_ON.items():
        assert done.evidence[item] == kept
    photos = list(Document.objects.of(case).values_list("pk", flat=True))
    for item in (CheckItem.SLATE, CheckItem.NOT_REMOVED, CheckItem.PHOTOS):
        assert done.evidence[item] == {"papers": photos}
    given = list(Consent.objects.of(case).values_list("pk", flat=True))
    assert done.evidence[CheckItem.CONSENTS] == {"papers": [], "consents": given}
    page = staff_client(user=officer).get(url("case", case)).content.decode()
    assert "주인 확인 (건축물대장 2020. 2. 25.(화) 번호 2020-17)" in page


@pytest.mark.parametrize("item", [CheckItem.OWNER, CheckItem.NOT_SUPPORTED, CheckItem.HOUSEHOLD])
def test_words_alone_are_no_evidence(programme, officer, item):
    case = make.being_checked(programme, officer)
    look_ups = {one: found for one, found in make.look_ups().items() if one != item}
    with pytest.raises(Refused, match=f"'{re.escape(item.label)}': ") as refusal:
        casework.save_checks(case.pk, make.checks(Household.NEAR_POOR, look_ups=look_ups), by=officer.actor)
    assert refusal.value.field == "checked"
    case.refresh_from_db()
    assert (case.checked, case.owner_confirmed_at) == ([], None)


@pytest.mark.parametrize("found", [{"on": None}, {"where": ""}, {"number": ""}])
def test_the_look_up_of_an_owner_has_a_place_a_day_and_a_number(programme, officer, found):
    case = make.being_checked(programme, officer)
    owner = replace(make.look_ups()[CheckItem.OWNER], **found)
    checks = make.checks(checked=[CheckItem.OWNER], look_ups={CheckItem.OWNER: owner})
    with pytest.raises(Refused, match="찾아본 곳과 날과 번호를 모두"):
        casework.save_checks(case.pk, checks, by=officer.actor)
    make.with_papers(case, PaperKind.REGISTER)
    done = casework.save_checks(case.pk, checks, by=officer.actor)
    assert done.owner_confirmed_at
    assert done.evidence["owner"]["papers"] == [Document.objects.of(case).latest("pk").pk]


def test_nobody_has_looked_up_anything_tomorrow(programme, officer, staff_client):
    case = make.being_checked(programme, officer)
    typed = make.LOOKED_UP | {"version": case.version, "checked": ["owner"], "household": "general"}
    page = staff_client(user=officer).post(url("checks", case), typed | {"owner_on": "2020-02-26"})
    assert page.context["form"].errors["owner_on"] == ["찾아본 날이 오늘보다 뒤입니다. 날짜를 다시 적어 주세요."]


def test_a_consent_that_was_taken_back_carries_no_tick(programme, officer):
    case = make.being_checked(programme, officer)
    Consent.objects.of(case).filter(kind="lookup").update(withdrawn_at=timezone.now())
    with pytest.raises(Refused, match="동의를 거두셨습니다: 시가 자료"):
        casework.save_checks(case.pk, make.checks(checked=[CheckItem.CONSENTS]), by=officer.actor)


def test_a_lot_that_was_supported_before_is_seen_when_the_lot_is_found(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    earlier = make.proposed(programme, officer, address="만경리 12-3")
    decisions.approve(earlier.pk, by=approver.actor)
    later = make.being_checked(make.programme_of_2020(year=2021), officer, address="만경로 12")
    with pytest.raises(Refused, match="2020년에 지원받은 기록"):
        casework.save_checks(later.pk, make.checks(lot="만경리 12-3"), by=officer.actor)


# What was said in a case, and what is known of the person


def test_another_contact_is_offered_and_taken_only_when_somebody_says_so(programme, officer, staff_client):
    case = make.being_checked(programme, officer, postal_address="전북 전주시 시연로 1", phone="+821011112222")
    desk = staff_client(user=officer)
    assert "이 신청에도 쓸까요?" not in desk.get(url("case", case)).content.decode()
    Resident.objects.filter(pk=case.resident_id).update(
        name="시연 김새이름", phone="+821033334444", address="전북 익산시 시연로 2"
    )
    page = desk.get(url("case", case)).content.decode()
    for said in ("시연 김만경", "010-1111-2222", "전북 전주시 시연로 1"):
        assert said in page
    for newer in ("이름: 시연 김새이름", "전화: 010-3333-4444", "편지 주소: 전북 익산시 시연로 2"):
        assert newer in page
    casework.request_more(case.pk, items=[Needed.AREA], note="", by=officer.actor)
    assert {one.to for one in Notice.objects.filter(kind="slate/notices/returned")} == {
        "+821011112222",
        "전북 전주시 시연로 1",
    }
    assert url("contact", case) in page
    case.refresh_from_db()
    assert "010-3333-4444" in desk.get(url("contact", case)).content.decode()
    desk.post(url("contact", case), {"version": case.version})
    case.refresh_from_db()
    assert (case.name, case.phone, case.postal_address) == ("시연 김새이름", "+821033334444", "전북 익산시 시연로 2")
    line = timeline(case)[-1]
    assert (line.what, line.reason) == (
        "시민 기록의 연락처로 바꿈",
        "신청에 적힌 것: 시연 김만경, 010-1111-2222, 전북 전주시 시연로 1",
    )
    with pytest.raises(Refused, match="같습니다"):
        casework.take_contact(case.pk, by=officer.actor)
    intake.supply(case.pk, answer="냅니다", by=make.BY)
    assert Notice.objects.get(kind="slate/notices/supplied").to == "+821033334444"


def test_the_place_of_the_building_is_not_where_the_person_lives(programme, officer, clerk):
    home = make.submitted(programme, postal_address="전북 익산시 시연로 2", phone="+821011112222")
    again = make.new_application(phone="+821011112222", township=Township.objects.get(name="백산면"), address="상리 1")
    for by in (make.BY, clerk.actor):
        case = intake.submit(programme, replace(again, address=f"상리 {Application.objects.count()}"), by=by)
        assert case.postal_address == f"김제시 백산면 {case.address}"
        person = Resident.objects.get(pk=home.resident_id)
        assert (person.address, person.township) == ("전북 익산시 시연로 2", None)
    assert not FactProposal.objects.exists()
