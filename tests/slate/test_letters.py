"""The one decision letter: the same on the page, as PDF and in the post, complete, signed and without a wrong day."""

import datetime as dt
import io
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from services.enums.notices import Channel
from services.enums.people import Role
from services.models import Notice, Township
from services.reports.notices import letters_pdf
from services.rules.korean import won_about
from slate import rules
from slate.actions import decisions, intake
from slate.enums import Work
from slate.models import Application
from slate.reports.cases import steps_of, todos
from slate.reports.letters import letter_of, letter_pdf
from tests.slate import factories as make


def url(page: str, application: Application | None = None) -> str:
    return reverse(f"slate:staff_{page}", args=[application.reference] if application else [])


@pytest.fixture
def approved(programme, officer, approver):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    case = make.proposed(programme, officer, postal_address="전북 전주시 완산구 시연로 1")
    return decisions.approve(case.pk, by=approver.actor)


@pytest.fixture
def refused(programme, officer, approver):
    return decisions.refuse(make.refusal_proposed(programme, officer).pk, by=approver.actor)


def words_of(pdf: bytes) -> str:
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.parametrize("name", ["approved", "refused"])
def test_what_is_posted_is_what_can_be_loaded(request, name, officer):
    decision = request.getfixturevalue(name)
    notice = Notice.objects.get(kind=f"slate/notices/{name}", channel=Channel.LETTER)
    own, posted = letter_pdf(decision), letters_pdf([notice], officer)
    assert words_of(own) == words_of(posted)
    assert decision.number in words_of(own)
    for pdf in (own, posted):
        root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
        assert "/StructTreeRoot" in root


def test_a_letter_goes_where_the_case_says_also_when_the_person_moved(approved, programme, officer):
    case = approved.application
    make.submitted(
        programme, name=case.resident.name, phone=case.resident.phone, postal_address="전북 익산시 시연로 2"
    )
    notice = Notice.objects.get(kind="slate/notices/approved", channel=Channel.LETTER)
    assert notice.to == "전북 전주시 완산구 시연로 1"
    assert "전북 전주시 완산구 시연로 1" in words_of(letter_pdf(approved))
    assert Application.objects.get(pk=case.pk).postal_address == "전북 전주시 완산구 시연로 1"


@pytest.mark.parametrize("name", ["approved", "refused"])
def test_it_is_signed_with_one_department(request, name, officer, approver):
    decision = request.getfixturevalue(name)
    foot = dict(letter_of(decision)["foot"])
    assert foot["맡은 부서"] == "청소자원과"
    assert (foot["담당"], foot["결재"]) == (str(officer), str(approver))
    assert letter_of(decision)["signed"] == "김제시장"
    assert decision.number == "청소자원과-2020-1"


@pytest.mark.parametrize("name", ["approved", "refused"])
def test_no_day_is_counted_from_the_decision(request, name):
    text = str(letter_of(request.getfixturevalue(name)))
    assert "받은 날부터 30일 안에 김제시에" in text
    assert "받은 다음 날을 첫날로 세고" in text
    assert "까지)" not in text
    assert "우선순위" not in text


def test_a_refusal_fits_on_one_page(refused):
    assert len(PdfReader(io.BytesIO(letter_pdf(refused))).pages) == 1


def test_numbers_go_up_and_never_twice(programme, officer, approver):
    numbers = [
        decisions.refuse(make.refusal_proposed(programme, officer).pk, by=approver.actor).number for _ in range(3)
    ]
    assert numbers == [f"청소자원과-2020-{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (dt.date(2020, 3, 23), "전라북도행정심판위원회"),
        (dt.date(2024, 1, 17), "전라북도행정심판위원회"),
        (dt.date(2024, 1, 18), "전북특별자치도행정심판위원회"),
    ],
)
def test_the_tribunal_is_called_as_on_the_day(day, name, programme):
    assert rules.tribunal_on(day) == name
    assert programme.tribunal_on(day) == name


# Sentences that are so


def test_after_a_withdrawal_only_what_happened_is_ticked(programme, officer):
    early, late = make.submitted(programme), make.eligible(programme, officer)
    for case, ticks in ((early, ["접수"]), (late, ["접수", "서류 확인"])):
        intake.withdraw(case.pk, by=make.BY)
        case.refresh_from_db()
        assert [step["label"] for step in steps_of(case) if step["state"] == "done"] == ticks


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (1_393_126_000, "약 13억 9,300만원"),
        (242_000_000, "2억 4,200만원"),
        (999_999, "99만 9,999원"),
        (0, "0원"),
        (-5, "-5원"),
    ],
)
def test_about_is_said_of_round_sums_only(amount, words):
    assert won_about(amount) == words


def test_what_the_morning_counts_is_what_its_link_lists(programme, officer, staff_client, clock):
    for _ in range(2):
        make.being_checked(programme, officer)
    make.being_checked(programme, make.staff(Role.SLATE_OFFICER))
    for day in ("2020-03-12 10:00", "2020-03-13 10:00", "2020-03-16 10:00"):
        clock(day)
        desk = staff_client(user=officer)
        for todo in todos(officer):
            page = desk.get(todo.url).context
            assert page["page"].paginator.count == todo.count, (day, todo)


# One search


@pytest.mark.parametrize(
    "typed",
    [
        "{reference}",
        "{end}",
        "{short}",
        "시연 홍길동",
        "홍길동",
        "010-1234-9876",
        "9876",
        "만경읍",
        "만경리",
        "만경리 12-3번지",
    ],
)
def test_one_box_finds_by_everything_people_say(programme, officer, staff_client, typed):
    case = make.submitted(programme, name="시연 홍길동", phone="+821012349876", address="만경리 12-3")
    case.resident.name = "시연 홍길동" if typed != "홍길동" else "홍길동"
    case.resident.save()
    other = make.submitted(
        programme, name="시연 이순신", township=Township.objects.get(name="백산면"), address="상리 1"
    )
    end = case.reference[-4:]
    words = typed.format(reference=case.reference, end=end, short=int(end))
    rows = staff_client(user=officer).get(url("queue"), {"q": words}).context["page"].object_list
    assert case in rows
    assert other not in rows


def test_a_term_that_finds_nothing_says_what_would(programme, officer, staff_client):
    make.submitted(programme)
    page = staff_client(user=officer).get(url("queue"), {"q": "zzz"}).content.decode()
    assert "&#x27;zzz&#x27;: 찾은 것이 없습니다." in page
    assert "접수번호나 그 끝자리" in page
