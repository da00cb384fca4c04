"""Every component renders in both frames, says what it must to a screen reader, and never needs inline code."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory

from services.enums.people import Role
from tests.portal import showcase


def render(rf, head=showcase.HEAD, *, body=showcase.BODY, user=None, faults=False):
    request = rf.get("/components/")
    request.user = user or AnonymousUser()
    request.session = {}
    request._messages = []
    template = engines["django"].from_string(head + body + showcase.TAIL)
    return template.render(showcase.context(faults=faults), request)


@pytest.fixture
def page():
    return render(RequestFactory())


@pytest.fixture
def faulty_page():
    return render(RequestFactory(), faults=True)


def test_no_component_brings_inline_style_script_or_handlers(page):
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
    assert not re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page)


def test_the_title_says_that_something_must_be_mended(page, faulty_page):
    assert "<title>부품 - 김제시 생활행정</title>" in page
    assert "<title>오류: 부품 - 김제시 생활행정</title>" in faulty_page


def test_a_fault_stands_at_its_field_and_in_the_summary_with_the_same_words(faulty_page):
    words = "이름이 비어 있습니다. 이름을 적어 주세요."
    assert f'<a href="#id_name">{words}</a>' in faulty_page
    assert f"다시 확인할 곳:</span> {words}" in faulty_page
    name = re.search(r'<input[^>]+id="id_name"[^>]*>', faulty_page)[0]
    assert 'aria-invalid="true"' in name
    assert 'aria-describedby="id_name_error"' in name


def test_the_summary_leads_to_the_first_choice_of_a_group(faulty_page):
    assert 'href="#id_kind_0"' in faulty_page
    assert 'href="#id_born_on_0"' in faulty_page or 'href="#id_born_on_year"' in faulty_page
    for target in re.findall(r'href="#(id_\w+)"', faulty_page):
        assert f'id="{target}"' in faulty_page


def test_the_number_of_faults_is_counted(faulty_page):
    shown = int(re.search(r"아래 (\d)곳을 고쳐 주세요", faulty_page)[1])
    assert shown == len(re.findall(r'class="form-error"', faulty_page))


def test_every_description_a_control_names_exists(page, faulty_page):
    for text in (page, faulty_page):
        for ids in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', text):
            for one in ids.split():
                assert f'id="{one}"' in text, one


def test_no_id_stands_twice(page, faulty_page):
    for text in (page, faulty_page):
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert sorted(ids) == sorted(set(ids))


def test_what_may_be_left_empty_says_so(page):
    assert re.search(r'하고 싶은 말 <span class="optional">\(선택\)</span>', page)
    assert not re.search(r'이름 <span class="optional">', page)


def test_a_choice_has_its_hint_and_a_closed_one_cannot_be_taken(page):
    assert '<span class="more">상속세, 증여세 등. 세무사가 상담합니다.</span>' in page
    assert re.search(r'<input[^>]+value="full"[^>]+disabled', page)


def test_steps_and_timeline_say_in_words_where_one_is(page):
    assert "10단계 중 3단계: 사는 곳과 상담 장소" in page
    assert page.count('aria-current="step"') == 1


def test_a_badge_is_never_colour_alone(page):
    badges = re.findall(
        r'<span class="krds-badge \w+"><i class="svg-icon (ico-[\w-]+)" aria-hidden="true"></i>([^<]+)', page
    )
    icons = {icon for icon, _ in badges}
    assert len(icons) == 6
    assert all(words.strip() for _, words in badges)


def test_a_telephone_number_is_read_digit_by_digit(page):
    assert "전화 걸기, 공육삼 오사공 삼일일사" in page


def test_table_cells_know_their_column_on_a_telephone(page):
    assert 'data-label="면적(m²)"' in page
    assert '<th scope="row" data-label="접수번호"' in page


def test_a_table_that_scrolls_can_be_reached_with_the_keyboard(page):
    assert 'role="region" tabindex="0" aria-label="옆으로 미는 표. 옆으로 밀어 더 볼 수 있습니다."' in page


def test_a_chart_stands_beside_the_same_figures_in_a_table(page):
    assert '<th scope="row">5월</th><td class="num">13,274</td>' in page
    assert "7,200 (어림값)" in page
    assert '<script type="application/json" id="months-data">' in page


def test_chart_data_cannot_end_its_script_element():
    from services.templatetags.portal import chart_data

    text = chart_data(id="x", labels=["</script><b>"])
    assert "</script><b>" not in text
    assert text.count("</script>") == 1


def test_pages_keep_the_other_conditions_of_the_list():
    request: Any = RequestFactory().get("/list/?state=1&page=2")
    request.user, request._messages, request.session = AnonymousUser(), [], {}
    template = engines["django"].from_string('{% include "components/pagination.html" with page=page %}')
    text = template.render(showcase.context(), request)
    assert 'href="?state=1&amp;page=5"' in text
    assert 'aria-current="page"' in text


def test_the_staff_frame_shows_only_what_the_role_may_open(make_staff):
    text = render(RequestFactory(), showcase.STAFF_HEAD, user=make_staff(Role.AUDITOR))
    assert "오늘 할 일</a>" in text
    assert "기준 자료</a>" not in text
    text = render(RequestFactory(), showcase.STAFF_HEAD, user=make_staff(Role.ADMINISTRATOR))
    assert "기준 자료</a>" in text


@pytest.mark.parametrize(
    ("parts", "iso"),
    [
        (("1945", "3", "9"), "1945-03-09"),
        (("１９４５", " 03", "9일"), "1945-03-09"),
        (("2000년", "2월", "29일"), "2000-02-29"),
    ],
)
def test_a_date_is_taken_as_it_is_meant(parts, iso):
    from services.forms.widgets import DatePartsField

    assert DatePartsField().clean(list(parts)).isoformat() == iso


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (("1945", "2", "30"), "달력에 없습니다"),
        (("1945", "9" * 5000, "1"), "달력에 없습니다"),
        (("1945", "", "9"), "빠진 칸"),
        (("", "", ""), "비어"),
        (("천구백", "2", "3"), "글자가"),
        (("45", "2", "3"), "네 자리"),
        (("0045", "2", "3"), "사이여야"),
    ],
)
@pytest.mark.parametrize("is_birthday", [True, False])
def test_an_impossible_date_says_why(parts, says, is_birthday):
    from django.core.exceptions import ValidationError

    from services.forms.widgets import DatePartsField

    with pytest.raises(ValidationError, match=says):
        DatePartsField(is_birthday=is_birthday).clean(list(parts))
