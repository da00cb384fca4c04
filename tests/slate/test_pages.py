"""A citizen checks, applies step by step, follows, supplies and withdraws."""

import errno
import io
import time

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from services.actions import documents
from services.enums.people import Role
from services.models import Document, Draft, blind_index
from services.reports.pdf import FONTS
from slate.actions import casework, decisions
from slate.enums import Needed, Work
from slate.models import Application
from tests.slate import factories as make

PHONE = "+821012345678"


def photo(name: str = "house.jpg", colour: str = "grey") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/jpeg")


def prove_phone(client, phone: str = PHONE) -> None:
    session = client.session
    session["resident_phone_index"] = blind_index(phone, purpose="phone")
    session["resident_seen_at"] = int(time.time())
    session.save()


PART = {
    "kind": "house",
    "in_use": "lived_in",
    "built_year": "1972",
    "in_register": "yes",
    "slate_place": "roof",
    "is_overlaid": "no",
    "area_m2": "170",
}
CONTACT = {
    "name": "시연 김만경",
    "born_on_year": "1945",
    "born_on_month": "3",
    "born_on_day": "9",
    "phone": "010-1234-5678",
    "contact_way": "sms",
}
CONSENTS = dict.fromkeys(["consent_collect", "consent_lookup", "consent_contractor", "consent_electronic"], "yes")


def fill(client, township) -> None:
    """Every step up to the check page."""
    prove_phone(client)
    steps = [
        ("address", {"township": township.pk, "address": "시연리 12-3"}),
        ("parts", PART),
        ("parts", {}),
        ("household", {"household": "general"}),
        ("photos", {"whole": photo()}),
        ("owner", {"ownership": "owner", "owner_name": "", "owner_phone": "", "owner_agreed": "on"}),
        ("contact", CONTACT),
        ("consents", CONSENTS),
    ]
    for page, answers in steps:
        response = client.post(reverse(f"slate:application_{page}"), answers)
        assert response.status_code == 302, (page, response.context["form"].errors)


def test_the_start_shows_both_series_of_figures_with_their_sources(client, programme):
    text = client.get(reverse("slate:start")).content.decode()
    assert "51억원" in text
    assert "49억원" in text
    assert "김제시 발표" in text


@pytest.mark.parametrize(
    ("answers", "heading"),
    [
        ({"kind": "house", "area_m2": "170", "household": "general"}, "예상 본인 부담금은 453,000원입니다"),
        ({"kind": "house", "area_m2": "100", "household": "general"}, "본인 부담금 없이 철거할 수 있을 것 같습니다"),
        ({"kind": "house", "width_m": "10", "length_m": "10", "household": "near_poor"}, "본인 부담금 없이"),
        ({"kind": "house", "is_area_guessed": "on", "household": "unknown"}, "본인 부담금 없이"),
        ({"kind": "removed", "area_m2": "1", "household": "general"}, "이미 걷어낸 지붕은 지원할 수 없습니다"),
        ({"kind": "stored", "area_m2": "50", "household": "general"}, "담당자가 확인해서 알려드립니다"),
    ],
)
def test_three_questions_and_an_answer_without_a_name(client, programme, answers, heading):
    response = client.post(reverse("slate:check"), answers)
    assert heading in response.content.decode()


def test_the_sum_is_shown_in_words(client, programme):
    answers = {"kind": "house", "area_m2": "170", "household": "near_poor"}
    text = client.post(reverse("slate:check"), answers).content.decode()
    assert "면적 170m² × 1m²에 22,900원 = 3,893,000원. 3,440,000원까지 시가 냅니다." in text
    assert "4,270,000원까지 지원합니다" in text


@pytest.mark.parametrize(
    ("area", "sentence"),
    [({"area_m2": "0"}, "슬레이트 면적이 0입니다."), ({"area_m2": "900"}, "면적이 900m²로 매우 큽니다.")],
)
def test_an_odd_area_is_asked_again(client, programme, area, sentence):
    answers = {"kind": "house", "household": "general"} | area
    assert sentence in client.post(reverse("slate:check"), answers).content.decode()
    if area["area_m2"] == "900":
        text = client.post(reverse("slate:check"), answers | {"area_is_right": "on"}).content.decode()
        assert "예상 본인 부담금은" in text


def test_what_was_made_of_an_area_is_shown_before_it_counts(client, programme):
    answers = {"kind": "house", "household": "general", "area_m2": "33평"}
    asked = client.post(reverse("slate:check"), answers).content.decode()
    assert "33평은 109.1m²입니다. 맞으면" in asked
    assert "예상 본인 부담금은" not in asked
    assert "면적 109.1m²" in client.post(reverse("slate:check"), answers | {"area_is_right": "on"}).content.decode()


def test_a_whole_application(client, programme, township, private_files):
    fill(client, township)
    page = client.get(reverse("slate:application_check")).content.decode()
    assert "453,000원" in page
    for said in (
        "만경읍",
        "시연리 12-3",
        "1972",
        "170m²",
        "해당하지 않습니다",
        "제가 주인입니다",
        "1945년 3월 9일",
        "동의한 것",
    ):
        assert said in page, said
    response = client.post(reverse("slate:application_check"), follow=True)
    assert "2020-SL-0001" in response.content.decode()
    assert "3월 13일 금요일까지 첫 답을 드립니다." in response.content.decode()
    application = Application.objects.get()
    assert application.resident.name == "시연 김만경"
    assert [paper.kind for paper in Document.objects.of(application)] == ["whole"]
    assert not Draft.objects.exists()
    again = client.post(reverse("slate:application_check"), follow=True)
    assert "2020-SL-0001" in again.content.decode()
    assert Application.objects.count() == 1


def test_nothing_is_sent_before_the_phone_is_proved(client, programme, township, private_files):
    fill(client, township)
    session = client.session
    del session["resident_phone_index"]
    session.save()
    assert client.post(reverse("slate:application_check")).url == reverse("slate:application_address")
    assert "시연리" not in client.get(reverse("slate:application_address")).content.decode()
    assert not Application.objects.exists()


def test_the_draft_is_unreadable_in_the_database(client, programme, township, private_files):
    fill(client, township)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM services_draft")
        stored = cursor.fetchone()[0]
    assert "시연" not in stored
    assert "시연리" not in str(dict(client.session))


@pytest.mark.parametrize(
    ("page", "answers", "sentence"),
    [
        ("address", {"address": "전주시 완산구 1"}, "김제시 밖의 건물입니다."),
        ("address", {"address": "시연리 450309-1234567"}, "주민등록번호로 보이는 숫자가 있습니다."),
        ("contact", CONTACT | {"name": "김만경1"}, "이름에 숫자가 들어 있습니다."),
        ("contact", CONTACT | {"phone": "010-12"}, "숫자 개수가 맞지 않습니다."),
        ("owner", {"ownership": "owner"}, "주인의 동의가 비어 있습니다."),
        ("consents", CONSENTS | {"consent_lookup": "no"}, "2번에 동의하지 않으시면"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(client, programme, township, private_files, page, answers, sentence):
    fill(client, township)
    response = client.post(reverse(f"slate:application_{page}"), {"township": township.pk} | answers)
    assert sentence in response.content.decode()


def test_a_refused_photo_does_not_lose_the_others(client, programme, township, private_files):
    fill(client, township)
    client.post(reverse("slate:application_photos"), {"remove": str(Document.objects.get().pk)})
    bad = SimpleUploadedFile("roof.jpg", b"no photo at all", content_type="image/jpeg")
    response = client.post(reverse("slate:application_photos"), {"whole": photo(), "close": bad})
    assert response.status_code == 200
    assert "사진 1장을 올렸습니다. 3장이 남았습니다." in response.content.decode()
    assert response.context["form"].errors["close"]


def test_a_photo_on_a_full_disk_is_a_pause_and_nothing_is_kept_half(
    client, programme, township, private_files, monkeypatch
):
    """The copy of a photo no longer fits: its original goes too, and the next try works."""
    fill(client, township)
    client.post(reverse("slate:application_photos"), {"remove": str(Document.objects.get().pk)})
    original, kept = documents._keep, list[str]()

    def keep(data: bytes) -> str:
        if len(kept) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        kept.append(original(data))
        return kept[-1]

    with monkeypatch.context() as full:
        full.setattr(documents, "_keep", keep)
        response = client.post(reverse("slate:application_photos"), {"whole": photo()})
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert not Document.objects.exists()
    assert not default_storage.exists(kept[0])
    client.post(reverse("slate:application_photos"), {"whole": photo()})
    assert Document.objects.count() == 1


def test_parts_are_added_mended_and_removed(client, programme, township):
    parts = reverse("slate:application_parts")
    client.post(reverse("slate:application_address"), {"township": township.pk, "address": "시연리 12-3"})
    client.post(parts, PART)
    client.post(parts + "?item=new", PART | {"kind": "barn", "in_use": "used", "area_m2": "60"})
    client.post(parts + "?item=1", PART | {"area_m2": "90"})
    text = client.get(parts).content.decode()
    assert "90m²" in text
    assert "60m²" in text
    client.post(parts, {"remove": "2"})
    assert "60m²" not in client.get(parts).content.decode()


@pytest.mark.parametrize(
    ("part", "household", "onward"),
    [
        ({}, "general", "photos"),  # ordinary households get none this year
        ({}, "near_poor", "roof"),
        ({}, "unknown", "roof"),
        ({"kind": "barn", "in_use": "used"}, "near_poor", "photos"),
    ],
)
def test_the_new_roof_is_asked_after_the_household(client, programme, township, part, household, onward):
    client.post(reverse("slate:application_address"), {"township": township.pk, "address": "시연리 12-3"})
    client.post(reverse("slate:application_parts"), PART | part)
    asked = client.post(reverse("slate:application_household"), {"household": household})
    assert asked.url == reverse(f"slate:application_{onward}")


def test_what_the_three_questions_asked_is_not_asked_again(client, programme, township):
    told = {"kind": "house", "area_m2": "170", "household": "near_poor"}
    assert 'name="apply"' in client.post(reverse("slate:check"), told).content.decode()
    begun = client.post(reverse("slate:check"), told | {"apply": "1"})
    assert begun.url == reverse("slate:application_address")
    client.post(begun.url, {"township": township.pk, "address": "시연리 12-3"})
    form = client.get(reverse("slate:application_parts")).context["form"]
    assert form.initial == {"kind": "house", "area_m2": "170"}
    client.post(reverse("slate:application_parts"), PART)
    on = client.post(reverse("slate:application_parts"), {})
    assert on.url == reverse("slate:application_roof")  # the household is known, so the next open question is the roof
    assert "4,270,000원까지 지원합니다" in client.get(on.url).content.decode()


# Following


def test_the_applicant_follows_and_withdraws(programme, resident_client):
    application = make.submitted(programme)
    client = resident_client(application.resident)
    text = client.get(reverse("slate:application", args=[application.reference])).content.decode()
    assert "신청을 접수했습니다. 곧 담당자를 정합니다." in text
    assert application.reference in client.get(reverse("services:my")).content.decode()
    client.post(reverse("slate:application_withdraw", args=[application.reference]), {"reason": "family"})
    application.refresh_from_db()
    assert (application.state, application.withdraw_reason) == ("withdrawn", "family")


def test_somebody_elses_application_is_not_shown(programme, resident_client, make_resident, client):
    application = make.submitted(programme)
    for page in ("application", "application_supply", "application_withdraw", "decision"):
        url = reverse(f"slate:{page}", args=[application.reference])
        assert client.get(url).url.startswith(reverse("services:my_start"))
    stranger = resident_client(make_resident(phone="+821099990000"))
    for page in ("application", "application_supply", "application_withdraw", "decision"):
        assert stranger.get(reverse(f"slate:{page}", args=[application.reference])).status_code == 404


def test_proposals_never_show_before_they_are_decided(programme, resident_client):
    application = make.refusal_proposed(programme, make.staff(Role.SLATE_OFFICER))
    page = resident_client(application.resident).get(reverse("slate:application", args=[application.reference]))
    text = page.content.decode()
    assert "서류 확인 중" in text
    assert "지원 제외" not in text
    assert "슬레이트가 없습니다" not in text


def test_supplying_what_was_asked_for(programme, resident_client, private_files):
    officer = make.staff(Role.SLATE_OFFICER)
    application = make.being_checked(programme, officer)
    casework.request_more(
        application.pk, items=[Needed.PHOTOS], note="", by=officer.actor, version=application.version
    )
    client = resident_client(application.resident)
    url = reverse("slate:application_supply", args=[application.reference])
    assert "내실 것이 비어 있습니다." in client.post(url, {"answer": ""}).content.decode()
    response = client.post(url, {"answer": "올립니다", "paper1": photo()})
    assert response.status_code == 302
    application.refresh_from_db()
    assert application.state == "checking"
    assert Document.objects.of(application).filter(kind="supplied").count() == 1


def test_the_letter_names_amounts_in_words_and_all_remedies(programme, resident_client):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.proposed(programme, make.staff(Role.SLATE_OFFICER))
    decisions.approve(application.pk, by=make.staff(Role.SLATE_APPROVER).actor, version=application.version)
    url = reverse("slate:decision", args=[application.reference])
    text = resident_client(application.resident).get(url).content.decode()
    assert "금3,440,000원(금삼백사십사만원)" in text
    assert "국비 1,720,000원, 도비 344,000원, 시비 1,376,000원" in text
    for remedy in ("가. 이의신청", "나. 행정심판", "다. 행정소송", "라. 이의신청을 하시면"):
        assert remedy in text


@pytest.mark.skipif(not FONTS.is_dir(), reason="the fonts are not built here")
def test_the_letter_on_paper_can_be_read_by_a_machine(programme, resident_client):
    application = make.refusal_proposed(programme, make.staff(Role.SLATE_OFFICER))
    decisions.refuse(application.pk, by=make.staff(Role.SLATE_APPROVER).actor, version=application.version)
    url = reverse("slate:decision_pdf", args=[application.reference])
    answer = resident_client(application.resident).get(url)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "시연 김만경 님이 신청하신 건물은" in text
    assert "현장에서 확인해 보니 지붕과 벽에 슬레이트가 없습니다." in " ".join(text.split())


def test_a_reference_and_four_digits_open_a_summary_and_no_more(programme, client):
    application = make.submitted(programme)
    data = {"reference": application.reference, "last4": application.resident.phone[-4:]}
    assert client.post(reverse("services:my_reference"), data).status_code == 302
    assert application.reference in client.get(reverse("services:my_case")).content.decode()
    answer = client.get(reverse("slate:application", args=[application.reference]))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("services:my_start"))


def test_the_home_page_says_what_is_left(client, programme):
    make.with_money(programme, Work.HOUSE, 1_400_000_000)
    text = client.get(reverse("services:home")).content.decode()
    assert "예산이 남아 있는 동안 신청을 받습니다. 남은 예산은 14억원입니다." in text
