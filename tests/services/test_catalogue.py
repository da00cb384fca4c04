"""The catalogue: every programme of the announcement, open or closed by its dates, edited with history."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from services.actions.calendar import add_holiday
from services.actions.catalogue import announce, edit_service_page, end_announcement
from services.enums.calendar import HolidayKind
from services.enums.catalogue import Schedule, ServiceState
from services.enums.people import Role
from services.models import Announcement, HistoryEntry, Holiday, ServicePage
from services.reports.catalogue import announcements_on, service_card
from services.rules.catalogue import period_words, service_state
from services.rules.history import Actor
from services.rules.refusal import Refused

BY = Actor.system("test")
DAY = date(2026, 11, 20)
FIRST, LAST = date(2026, 11, 10), date(2026, 11, 30)


# Open, soon, closed
@pytest.mark.parametrize(
    ("schedule", "opens_on", "closes_on", "today", "state"),
    [
        (Schedule.ALWAYS, None, None, DAY, ServiceState.OPEN),
        (Schedule.ASK, None, None, DAY, ServiceState.ASK),
        (Schedule.PERIOD, FIRST, LAST, date(2026, 11, 9), ServiceState.SOON),
        (Schedule.PERIOD, FIRST, LAST, FIRST, ServiceState.OPEN),
        (Schedule.PERIOD, FIRST, LAST, LAST, ServiceState.OPEN),
        (Schedule.PERIOD, FIRST, LAST, date(2026, 12, 1), ServiceState.CLOSED),
        (Schedule.PERIOD, None, LAST, DAY, ServiceState.ASK),
        (Schedule.BUDGET, FIRST, None, date(2026, 11, 9), ServiceState.SOON),
        (Schedule.BUDGET, FIRST, None, DAY, ServiceState.OPEN),
        (Schedule.BUDGET, None, None, DAY, ServiceState.OPEN),
    ],
)
def test_state_by_date(schedule, opens_on, closes_on, today, state):
    assert service_state(schedule, opens_on, closes_on, today) == state


@pytest.mark.parametrize(
    ("schedule", "opens_on", "closes_on", "words"),
    [
        (Schedule.PERIOD, FIRST, LAST, "11월 10일 화요일부터 11월 30일 월요일까지"),
        (Schedule.PERIOD, FIRST, date(2027, 1, 4), "11월 10일 화요일부터 2027년 1월 4일 월요일까지"),
        (Schedule.BUDGET, FIRST, None, "11월 10일 화요일부터 예산이 남아 있는 동안"),
        (Schedule.BUDGET, None, None, "예산이 남아 있는 동안"),
        (Schedule.ALWAYS, None, None, "언제든"),
        (Schedule.ASK, None, None, "전화로 물어봐 주세요"),
    ],
)
def test_period_in_words(schedule, opens_on, closes_on, words):
    assert period_words(schedule, opens_on, closes_on, DAY) == words


# What citizens see
PROGRAMMES = [
    "consultation",
    "enquiry",
    "slate",
    "abandoned-slate",
    "new-roof",
    "solar",
    "exam-class",
    "dormitory",
    "video-course",
    "sns-course",
    "video-contest",
    "supporters",
    "it-help",
    "booths",
    "horizon-tv",
    "opinion",
]


@pytest.mark.parametrize("slug", PROGRAMMES)
def test_every_programme_of_the_announcement_has_its_page(client, db, slug):
    response = client.get(f"/services/catalogue/{slug}/")
    text = response.content.decode()
    assert response.status_code == 200
    for question in (
        "누가 쓰나요?",
        "무엇이 필요한가요?",
        "비용은 얼마인가요?",
        "어디에서 하나요?",
        "누구에게 물어보나요?",
    ):
        assert question in text
    assert 'href="tel:' in text


def test_the_catalogue_lists_exactly_what_is_shown(client, db, django_assert_num_queries):
    ServicePage.objects.filter(slug="booths").update(is_shown=False)
    with django_assert_num_queries(4):
        text = client.get("/services/catalogue/").content.decode()
    assert [slug for slug in PROGRAMMES if f'id="{slug}"' not in text] == ["booths"]
    assert client.get("/services/catalogue/booths/").status_code == 404
    assert client.get("/services/catalogue/nothing/").status_code == 404


def test_a_page_leads_to_its_app_where_there_is_one(client, db):
    for page in ServicePage.objects.exclude(app_page=""):
        text = client.get(f"/services/catalogue/{page.slug}/").content.decode()
        assert f'href="{reverse(page.app_page)}">{page.app_label}' in text


def test_a_closed_service_says_so(client, db, clock):
    clock("2026-12-01 10:00")
    ServicePage.objects.filter(slug="slate").update(schedule="period", opens_on=FIRST, closes_on=LAST)
    assert "올해 신청 마감" in client.get("/services/catalogue/slate/").content.decode()
    clock("2026-11-01 10:00")
    assert "11월 10일 화요일부터 신청" in client.get("/services/catalogue/slate/").content.decode()


# Today's notices
@pytest.fixture
def editor(make_staff):
    return make_staff(Role.PROGRAMME_OFFICER)


@pytest.fixture
def page(db):
    return ServicePage.objects.get(slug="slate")


def test_a_notice_is_shown_on_its_days_only(client, editor, page, clock):
    announce(text="11월 무료 상담은 23일입니다.", shown_from=FIRST, shown_until=LAST, page=page, by=editor.actor)
    for moment, is_shown in [("2026-11-09", False), ("2026-11-10", True), ("2026-11-30", True), ("2026-12-01", False)]:
        clock(f"{moment} 10:00")
        for address in ("/", "/services/announcements/"):
            text = client.get(address).content.decode()
            assert ("11월 무료 상담은 23일입니다." in text) is is_shown
            assert (">슬레이트 지붕 철거 지원</a>" in text) is is_shown


def test_the_first_page_asks_once_for_notices(client, db, settings, django_assert_num_queries):
    settings.HOME_NOTE_SOURCES = []
    with django_assert_num_queries(1):
        assert client.get("/").status_code == 200


def test_a_notice_can_be_taken_off(editor, clock):
    clock("2026-11-20 10:00")
    shown = announce(text="가.", shown_from=FIRST, shown_until=LAST, page=None, by=editor.actor)
    to_come = announce(text="나.", shown_from=LAST, shown_until=LAST, page=None, by=editor.actor)
    for notice in (shown, to_come):
        end_announcement(notice.pk, by=BY)
    assert announcements_on(DAY) == []
    assert Announcement.objects.count() == 1
    assert HistoryEntry.objects.filter(move="ended").count() == 2
    with pytest.raises(Refused, match="이미 끝난"):
        end_announcement(shown.pk, by=BY)


def test_a_notice_cannot_end_before_it_begins(editor):
    with pytest.raises(Refused, match="마지막 날이 첫날보다"):
        announce(text="가.", shown_from=LAST, shown_until=FIRST, page=None, by=editor.actor)


# Staff edit
def test_an_edit_leaves_its_author_and_what_changed(page):
    edit_service_page(page.pk, version=1, by=BY, cost="무료입니다.", title=page.title)
    page.refresh_from_db()
    entry = HistoryEntry.objects.get(subject_kind="services.servicepage")
    assert (page.cost, page.version) == ("무료입니다.", 2)
    assert (entry.move, entry.reason) == ("edited", "비용은 얼마인가요?")


def test_saving_without_a_change_leaves_nothing(page):
    edit_service_page(page.pk, version=1, by=BY, title=page.title)
    assert not HistoryEntry.objects.exists()


def test_a_second_editor_does_not_overwrite_the_first(page):
    edit_service_page(page.pk, version=1, by=BY, cost="먼저")
    with pytest.raises(Refused, match="먼저 고쳤습니다") as error:
        edit_service_page(page.pk, version=1, by=BY, cost="나중")
    assert error.value.conflict
    page.refresh_from_db()
    assert page.cost == "먼저"


def test_an_edited_title_is_found(page):
    from services.reports.search import search

    edit_service_page(page.pk, version=1, by=BY, title="새마을 지붕 정비")
    assert search("새마을").hits[0].page == page


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"schedule": "period"}, "service_page_period_has_days"),
        ({"opens_on": LAST, "closes_on": FIRST}, "service_page_period_in_order"),
    ],
)
def test_periods_keep_their_promise(page, facts, name):
    with pytest.raises(Refused):
        edit_service_page(page.pk, version=1, by=BY, **facts)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ServicePage.objects.filter(pk=page.pk).update(**facts)


def form_of(client, address):
    """What the page's form would send."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_staff_change_a_page_and_read_that_it_is_saved(staff_client, page):
    client = staff_client(Role.PROGRAMME_OFFICER)
    address = "/staff/services/pages/slate/"
    data = form_of(client, address) | {"cost": "본인 부담금이 있습니다."}
    response = client.post(address, data, follow=True)
    assert "저장했습니다." in response.content.decode()
    assert "고침" in response.content.decode()
    page.refresh_from_db()
    assert page.cost == "본인 부담금이 있습니다."
    late = client.post(address, data | {"cost": "늦은 것"})
    assert late.status_code == 409
    assert "먼저 고쳤습니다" in late.content.decode()


def test_staff_cannot_save_a_period_without_days(staff_client, page):
    client = staff_client(Role.PROGRAMME_OFFICER)
    data = form_of(client, "/staff/services/pages/slate/") | {"schedule": "period"}
    response = client.post("/staff/services/pages/slate/", data)
    assert response.status_code == 200
    assert "시작일과 마감일이 모두 필요합니다" in response.content.decode()


def test_staff_post_a_notice_and_take_it_off(staff_client, clock):
    clock("2026-11-20 10:00")
    client = staff_client(Role.ADMINISTRATOR)
    data = {"text": "오늘은 쉽니다.", "shown_from": "2026-11-20", "shown_until": "2026-11-21"}
    assert "알림을 올렸습니다." in client.post("/staff/services/announcements/", data, follow=True).content.decode()
    assert "오늘은 쉽니다." in client.get("/").content.decode()
    notice = Announcement.objects.get()
    client.post(f"/staff/services/announcements/{notice.pk}/end")
    assert "오늘은 쉽니다." not in client.get("/").content.decode()
    assert client.post("/staff/services/announcements/999/end").status_code == 404
    assert client.get(f"/staff/services/announcements/{notice.pk}/end").status_code == 405


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.PROGRAMME_OFFICER, 200), (Role.ADMINISTRATOR, 200), (Role.AUDITOR, 403), (Role.SLATE_OFFICER, 403)],
)
def test_who_may_edit(staff_client, db, role, status):
    client = staff_client(role)
    for address in ("/staff/services/pages/", "/staff/services/pages/slate/", "/staff/services/announcements/"):
        assert client.get(address).status_code == status


def test_the_list_costs_the_same_for_every_length(staff_client, db, django_assert_max_num_queries):
    client = staff_client(Role.PROGRAMME_OFFICER)
    client.get("/staff/services/pages/")
    with django_assert_max_num_queries(10):
        client.get("/staff/services/pages/")


# Holidays
def test_staff_add_a_temporary_holiday_and_take_it_back(staff_client):
    client = staff_client(Role.ADMINISTRATOR)
    data = {"day": "2026-11-20", "name": "임시공휴일", "kind": "temporary", "source": "대통령령"}
    response = client.post("/staff/services/holidays/", data, follow=True)
    assert "이미 알려드린 답하는 날은 바뀌지 않습니다" in response.content.decode()
    assert "2026. 11. 20." in response.content.decode()
    row = Holiday.objects.get(day=DAY)
    again = client.post("/staff/services/holidays/", data)
    assert "이미 공휴일입니다" in again.content.decode()
    client.post(f"/staff/services/holidays/{row.pk}/remove")
    assert not Holiday.objects.filter(day=DAY).exists()
    moves = HistoryEntry.objects.filter(subject_kind="services.holiday").values_list("move", flat=True)
    assert sorted(moves) == ["added", "removed"]


def test_a_holiday_of_the_list_can_be_worked_on(make_staff):
    user = make_staff(Role.ADMINISTRATOR)
    facts = {
        "name": "성탄절",
        "kind": HolidayKind.PUBLIC,
        "counts_for_power_tariff": True,
        "source": "",
        "by": user.actor,
    }
    row = add_holiday(date(2026, 12, 25), is_cancelled=True, **facts)
    assert not row.counts_for_power_tariff
    with pytest.raises(Refused, match="뺄 것이 없습니다"):
        add_holiday(date(2026, 12, 24), is_cancelled=True, **facts)


@pytest.mark.parametrize("year", ["", "2020", "1", "99999", "가", "²²²²", "-5"])
def test_any_year_can_be_asked_for(staff_client, db, year):
    assert staff_client(Role.CONSULTATION_OFFICER).get("/staff/services/holidays/", {"year": year}).status_code == 200


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"name": ""}, "holiday_has_a_name"),
        ({"is_cancelled": True, "counts_for_power_tariff": True}, "holiday_cancelled_is_no_tariff_holiday"),
    ],
)
def test_holidays_keep_their_promise(db, facts, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Holiday.objects.create(**({"day": DAY, "name": "가"} | facts))


def test_a_day_is_written_once(db):
    Holiday.objects.create(day=DAY, name="가")
    with pytest.raises(IntegrityError, match="holiday_once_a_day"), transaction.atomic():
        Holiday.objects.create(day=DAY, name="나")


@pytest.mark.django_db
class TestWhatTheBadgeSays:
    """신청 받는 중 stands only where somebody can ask for something now."""

    def words(self, slug: str, **facts) -> tuple[str, str]:
        ServicePage.objects.filter(slug=slug).update(**facts)
        card = service_card(ServicePage.objects.get(slug=slug), DAY)
        return card.state, card.period

    def test_what_is_there_to_be_looked_at_takes_no_applications(self):
        assert self.words("solar") == ("언제든 보실 수 있습니다", "")

    @pytest.mark.parametrize("slug", ["opinion", "horizon-tv"])
    def test_what_no_page_of_ours_takes_is_asked_by_telephone(self, slug):
        assert self.words(slug) == ("전화로 물어봐 주세요", "")

    def test_a_round_that_runs_by_telephone_says_so(self):
        assert self.words("dormitory", schedule="period", opens_on=FIRST, closes_on=LAST)[0] == "전화로 신청 받는 중"

    def test_questions_need_somebody_who_answers(self):
        assert self.words("enquiry")[0] == "전화로 물어봐 주세요"

    def test_the_end_of_another_year_is_not_the_end_of_this_year(self):
        past = {"schedule": "period", "opens_on": date(2020, 3, 2), "closes_on": date(2020, 4, 30)}
        assert self.words("slate", **past)[0] == "2020년 신청 마감"
        this_year = past | {"opens_on": date(DAY.year, 1, 2), "closes_on": date(DAY.year, 1, 31)}
        assert self.words("slate", **this_year)[0] == "올해 신청 마감"
