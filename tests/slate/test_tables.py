"""A year's rules and money on staff's own pages: money is the approver's, and what was decided by it stays."""

import datetime as dt

import pytest
from django.urls import reverse

from services.actions.tables import add_row, change_row
from services.enums.people import Role
from services.reports.history import timeline
from services.rules.history import Actor
from services.rules.refusal import Refused
from slate.actions import decisions
from slate.models import Programme, SupportRate, UnitPrice
from tests.slate import factories as make

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
YEAR = {
    "year": "2027",
    "opens_on": "2027-01-04",
    "planned_buildings": "400",
    "budget_won": "1400000000",
    "national_bp": "50",
    "province_bp": "12.5",
    "shares_source": "2027년 예산서",
    "shares_confidence": "high",
    "vulnerable_households": ["basic_livelihood", "near_poor"],
    "default_area_m2": "110",
    "first_answer_days": "14",
    "supply_days": "14",
    "objection_days": "30",
    "objection_answer_days": "14",
    "objection_extend_days": "10",
    "department": "환경과",
    "phone": "063-540-3114",
    "legal_basis": "석면안전관리법 제25조",
    "tribunal": "전북특별자치도행정심판위원회",
    "court": "전주지방법원",
    "retention": "5년",
    "contractor_retention": "1년",
    "terms_source": "2027년 시행 지침",
    "terms_confidence": "high",
}


def url(table: str, ending: str = "", *args: object) -> str:
    return reverse(f"slate:staff_table_{table}{ending}", args=args)


@pytest.fixture
def approver(staff_client):
    return staff_client(Role.SLATE_APPROVER)


def test_an_approver_opens_a_year_in_per_cent(approver):
    response = approver.post(url("programmes", "_new"), YEAR, follow=True)
    programme = Programme.objects.get(year=2027)
    assert (programme.national_bp, programme.province_bp) == (5000, 1250)
    page = response.content.decode()
    assert "도비 비율(만분율): 12.5%" in page
    assert 'value="12.5"' in page


def test_a_new_year_proposes_the_households_of_the_law(approver):
    page = approver.get(url("programmes", "_new")).content.decode()
    assert page.count(" checked") == 2
    assert 'value="unknown"' not in page


def test_an_officer_writes_the_texts_and_not_the_money(approver, staff_client):
    approver.post(url("programmes", "_new"), YEAR)
    programme, officer = Programme.objects.get(year=2027), staff_client(Role.SLATE_OFFICER)
    page = officer.get(url("programmes", "_row", programme.pk)).content.decode()
    assert "국비(%)" not in page
    officer.post(url("programmes", "_row", programme.pk), YEAR | {"department": "자원과", "national_bp": "90"})
    programme.refresh_from_db()
    assert (programme.department, programme.national_bp) == ("자원과", 5000)


def test_an_officer_is_told_that_the_approver_begins_a_year(staff_client):
    officer = staff_client(Role.SLATE_OFFICER)
    assert url("programmes", "_new") not in officer.get(url("programmes")).content.decode()
    page = officer.post(url("programmes", "_new"), YEAR, follow=True).content.decode()
    assert "다른 담당자가 적습니다" in page
    assert not Programme.objects.filter(year=2027).exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"year": "1"}, "2012부터 적으실 수 있습니다"),
        ({"year": "2100"}, "2099까지 적으실 수 있습니다"),
        ({"opens_on": "0027-01-04"}, "27년은 잘못 적으신 것 같습니다"),
        ({"closes_on": "2026-01-01"}, "접수 끝 날짜가 시작 날짜보다 앞입니다"),
        ({"national_bp": "90", "province_bp": "20"}, "100%를 넘습니다"),
        ({"national_bp": "절반"}, "숫자로 적어 주세요"),
    ],
)
def test_a_year_that_cannot_be_is_refused_with_its_reason(approver, typed, sentence):
    assert sentence in approver.post(url("programmes", "_new"), YEAR | typed).content.decode()
    assert not Programme.objects.exclude(year=2020).exists()


class TestWhatWasDecidedStays:
    @pytest.fixture
    def decided(self):
        programme, officer = make.programme_of_2020(), make.staff(Role.SLATE_OFFICER)
        application = make.refusal_proposed(programme, officer)
        decisions.refuse(application.pk, by=make.staff(Role.SLATE_APPROVER).actor)
        return application

    def test_the_shares_and_promises_of_a_year_with_applications(self, decided):
        programme = decided.programme
        facts: dict[str, int]
        for facts in ({"national_bp": 1}, {"first_answer_days": 30}, {"default_area_m2": 99}):
            with pytest.raises(Refused, match="이미 받은 신청이 있어"):
                change_row(programme.pk, Programme, by=BY, seen="", **facts)
        with pytest.raises(Refused, match="받은 신청이 있습니다"):
            change_row(programme.pk, Programme, by=BY, closes_on=programme.opens_on)
        assert change_row(programme.pk, Programme, by=BY, department="자원과").department == "자원과"
        assert "부서: " in timeline(programme)[-1].reason

    def test_the_rates_of_its_year(self, decided):
        rate = SupportRate.objects.filter(year=decided.programme.year).order_by("pk").first()
        with pytest.raises(Refused, match="이미 결정한 신청이 있습니다"):
            change_row(rate.pk, SupportRate, by=BY, note="바꿈")
        other = SupportRate.objects.exclude(year=decided.programme.year).order_by("pk").first()
        assert change_row(other.pk, SupportRate, by=BY, note="바꿈").note == "바꿈"

    def test_the_price_it_was_reckoned_with(self, decided):
        price = UnitPrice.objects.order_by("from_on").first()
        with pytest.raises(Refused, match="이미 결정한 신청이 있습니다"):
            change_row(price.pk, UnitPrice, by=BY, won_per_m2=1)
        facts = {"work": "house", "won_per_m2": 30_000, "source": "입찰", "confidence": "high"}
        with pytest.raises(Refused, match="이미 결정한 신청이 있습니다"):
            add_row(UnitPrice, by=BY, from_on=dt.date(2020, 1, 1), **facts)
        assert add_row(UnitPrice, by=BY, from_on=dt.date(2099, 1, 1), **facts).pk


def test_only_the_approver_and_the_administrator_touch_rates(staff_client):
    for role in (Role.SLATE_OFFICER, Role.TOWNSHIP_CLERK, Role.SETTLEMENT_OFFICER):
        assert staff_client(role).get(url("rates")).status_code == 403
    for role in (Role.SLATE_APPROVER, Role.ADMINISTRATOR):
        client = staff_client(role)
        for table in ("rates", "prices", "figures", "programmes"):
            assert client.get(url(table)).status_code == 200
