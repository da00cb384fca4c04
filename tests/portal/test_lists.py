"""Every list with conditions says what it cannot read and what it did not find, and shows nothing instead."""

import html
import re

import pytest
from django.conf import settings
from django.urls import reverse

from services.enums.people import Role

pytestmark = pytest.mark.django_db
# Page, who opens it, a condition that cannot be read, what is said of it; a term that finds nothing, and what would.
LISTS = {
    "consultations:staff_bookings": (
        Role.CONSULTATION_OFFICER,
        ("on", "2026-02-30", "'날짜' 칸을 날짜로 읽을 수 없습니다. 2027-01-31처럼 적어 주세요."),
        ("q", "zzz", "예약번호는 끝 3자리부터"),
    ),
    "consultations:staff_enquiries": (
        Role.CONSULTATION_OFFICER,
        ("state", "x", "'상태' 칸에서 고르신 것이 목록에 없습니다. 목록에서 다시 골라 주세요."),
        ("reference", "zzz", "접수번호를 빠짐없이 적어 주세요. 예: Q-482-157"),
    ),
    "slate:staff_queue": (
        Role.SLATE_OFFICER,
        ("township", "0", "'읍·면·동' 칸에서 고르신 것이 목록에 없습니다."),
        ("q", "zzz", "접수번호나 그 끝자리, 이름 전체"),
    ),
    "services:staff_notices": (
        Role.SLATE_OFFICER,
        ("day", "어제", "'날짜' 칸을 날짜로 읽을 수 없습니다."),
        ("reference", "zzz", "예약번호나 접수번호를 빠짐없이 적어 주세요."),
    ),
    "services:staff_people": (
        Role.ADMINISTRATOR,
        ("q", "가" * 41, "'이름·아이디·부서' 칸에 41자를 적으셨습니다. 40자까지 적으실 수 있습니다."),
        ("q", "zzz", "이름, 아이디나 부서의 일부만 적으셔도 됩니다."),
    ),
    "services:staff_readings": (
        Role.AUDITOR,
        ("first", "0001-01-01", "1년은 잘못 적으신 것 같습니다. 해를 다시 확인해 주세요."),
        ("last", "2020-01-01", "이 기간의 기록이 없습니다."),
    ),
}
FORMS_OF_ONE_CHOICE = {"consultations/staff/counter.html"}  # a step before the form, no list


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("page", LISTS)
def test_what_cannot_be_read_is_said_at_its_box_and_shows_no_row(staff_client, page):
    role, (name, typed, sentence), _ = LISTS[page]
    answer = staff_client(role).get(reverse(page), {name: typed})
    text = text_of(answer)
    assert sentence in text
    assert 'role="alert"' in text
    assert f'id="id_{name}_error"' in text
    assert re.search(rf'name="{name}"[^>]*aria-invalid="true"', text)
    assert answer.context["page"].paginator.count == 0


@pytest.mark.parametrize("page", LISTS)
def test_a_term_that_finds_nothing_says_what_would(staff_client, page):
    role, _, (name, typed, sentence) = LISTS[page]
    assert sentence in text_of(staff_client(role).get(reverse(page), {name: typed}))


def test_no_list_with_conditions_is_missing_here():
    folder = settings.BASE_DIR / "templates"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.html") if "filter_bar.html" in path.read_text()}
    found -= {"components/filter_bar.html", *FORMS_OF_ONE_CHOICE}
    assert found == {page.replace(":staff_", "/staff/") + ".html" for page in LISTS}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("450309ㅡ1234567", "주민등록번호"),
        ("!!!", "맞는 서비스를 찾지 못했습니다."),
        ("", "찾으시는 말을 적어 주세요."),
    ],
)
def test_the_public_search_says_what_it_makes_of_a_term(client, typed, sentence):
    page = text_of(client.get(reverse("services:search"), {"q": typed}))
    assert sentence in page
    assert not re.search(r'name="q"[^>]*1234567', page)


def test_the_public_search_reads_as_every_box_does(client):
    plain = text_of(client.get(reverse("services:search"), {"q": "지붕"}))
    assert "개를 찾았습니다." in plain
    for typed in ("지\u200b붕", "\u3164지붕 ", "지붕\u00a0"):
        assert "개를 찾았습니다." in text_of(client.get(reverse("services:search"), {"q": typed}))
