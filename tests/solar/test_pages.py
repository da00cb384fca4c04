"""Citizens' pages: every figure from rollups, the same in page, chart and CSV; simulation never unmarked."""

import csv
import datetime as dt
import io
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from services.rules.korean import won_big
from solar.actions.rollups import roll_up_all
from solar.enums import SourceKind
from solar.models import Plant, RollupMonth, SavingMonth
from solar.reports.public import home_notes, three_digits
from solar.reports.walk import walk_of
from tests.solar.factories import make_source
from tests.solar.test_rollups import at, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(clock):
    """2024 at noon of the third of each month: the council simulated, the city hall measured."""
    clock("2024-12-20 13:00")
    model = make_source(code="model", kind=SourceKind.MODEL, interval_s=3600, credit="Weather data by Open-Meteo.com")
    meter = make_source(slug="city-hall", code="meter", interval_s=3600)
    for month in range(1, 13):
        take(model, {at(f"2024-{month:02}-03 12:00"): 100_000_000 * month}, f"m{month}".encode())
        take(meter, {at(f"2024-{month:02}-03 12:00"): 50_000_000 * month}, f"x{month}".encode())
    roll_up_all()
    return model, meter


def saved_in_all(**of) -> int:
    return sum(won or 0 for won in SavingMonth.objects.filter(**of).values_list("saved_won", flat=True))


def read_csv(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_a_new_city_reads_that_there_are_no_figures_yet(client, clock):
    clock("2020-02-20 10:00")
    page = client.get(reverse("solar:public")).content.decode()
    assert "아직 자료가 없습니다. 설비가 전기를 만들기 시작하면 여기에 나옵니다." in page
    assert "2020년 12월에 완공할 예정입니다. (시청사 남측 경사로 옆 주차장, 100kW)" in page
    assert page.count("자료 없음") == 9


def test_the_year_says_its_figures_in_words_table_and_csv_alike(client, year):
    response = client.get(reverse("solar:public"))
    page = unescape(response.content.decode())
    made = response.context["page"]
    assert made.total.joules == sum(RollupMonth.objects.values_list("joules", flat=True)) == 78 * 150_000_000
    assert f"{made.total.kwh:,}" in page
    assert made.total.saved_won == saved_in_all() > 0
    assert "2024. 1. 1.(월)부터 2024. 12. 20.(금)까지입니다." in page
    assert "12월에 가장 많이 만들었습니다(500kWh)." in page
    rows = read_csv(client.get(reverse("solar:public_csv")))
    assert rows[0] == ["달", "만든 전기(kWh)", "아낀 전기요금(원)", "줄인 온실가스(kg)", "자료(%)", "근거"]
    for row, found in zip(rows[1:], made.rows, strict=True):
        figures = found.figures
        assert row[:4] == [found.label, f"{figures.kwh}", f"{figures.saved_won}", f"{figures.avoided_kg}"]
        for label, value in (("만든 전기(kWh)", figures.kwh), ("아낀 전기요금(원)", figures.saved_won)):
            assert re.search(rf'data-label="{re.escape(label)}" class="num">\s*{value:,}\s*</td>', page)


@pytest.mark.parametrize("path", ["/solar/", "/solar/?period=all", "/solar/?period=month", "/solar/plants/council/"])
def test_simulated_figures_are_marked_wherever_they_are_shown(client, year, path):
    page = client.get(path).content.decode()
    assert "시뮬레이션 값입니다." in page
    assert "Weather data by Open-Meteo.com" in page


def test_measured_figures_are_not_called_simulated(client, year):
    page = client.get(reverse("solar:plant", args=["city-hall"])).content.decode()
    assert "시뮬레이션 값입니다." not in page
    assert "잰 값 100%" in page
    assert "2억 4,200만원(국비 1억 900만원, 시비 1억 3,300만원)" in page


def test_the_year_page_reads_rollups_only_and_costs_the_same_for_more_plants(client, year):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("solar:public"))
        return [query["sql"] for query in queries]

    before = statements()
    assert not [sql for sql in before if '"solar_reading"' in sql or "solar_rolluphour" in sql or "rollupday" in sql]
    for number in range(1, 8):
        extra = make_source(slug=f"site-2019-{number}", code="meter", interval_s=3600)
        take(extra, {at("2024-06-03 12:00"): 1_000_000}, str(number).encode())
    roll_up_all()
    assert len(statements()) == len(before)
    assert len(before) <= 12


@pytest.mark.parametrize("period", ["day", "month", "year", "all"])
def test_every_period_adds_up(client, year, clock, period):
    clock("2024-06-03 18:00")
    made = client.get(reverse("solar:public"), {"period": period}).context["page"]
    assert made.total.joules == sum(row.figures.joules for row in made.rows) > 0
    assert made.total.saved_won == sum(row.figures.saved_won for row in made.rows) > 0
    assert made.total.simulated_percent == 67


@pytest.mark.parametrize(
    "query",
    [
        "?period=week",
        "?year=abc",
        "?period=month&year=2024&month=13",
        "?year=1",
        "?period=day&on=0001-01-01",
        "?period=day&on=2999-12-31",
    ],
)
def test_a_strange_address_still_opens(client, year, query):
    assert client.get(reverse("solar:public") + query).status_code == 200


def test_what_is_not_there_is_not_found(client):
    for path in ("/solar/plants/nowhere/", "/solar/reports/2024-13.pdf", "/solar/reports/2024-01.csv"):
        assert client.get(path).status_code == 404


def test_a_site_of_the_group_says_that_its_size_is_unknown(client, year):
    page = client.get(reverse("solar:plant", args=["site-2019-3"])).content.decode()
    assert "이곳의 크기는 알려지지 않았습니다." in page
    assert "15.4kW로 가정했습니다." in page


def test_home_says_what_this_year_saved_or_the_newest_year_with_figures(year, clock):
    saved = won_big(three_digits(saved_in_all()))
    assert home_notes()[0].text == f"올해 햇빛으로 만든 전기로 전기요금 {saved}쯤을 아꼈습니다. (시뮬레이션 값)"
    clock("2026-03-02 09:00")
    assert home_notes()[0].text == f"2024년에 햇빛으로 만든 전기로 전기요금 약 {saved}을 아꼈습니다. (시뮬레이션 값)"


def test_home_does_not_call_measured_figures_simulated_and_is_silent_without_any(clock):
    clock("2024-12-20 13:00")
    assert home_notes() == []
    take(make_source(code="meter", interval_s=3600), {at("2024-06-03 12:00"): 900_000_000})
    roll_up_all()
    assert home_notes()[0].text.endswith("쯤을 아꼈습니다.")


def test_any_day_can_be_looked_at_hour_by_hour(client, year):
    take(year[0], {at("2024-06-03 13:00"): 7_200_000}, b"more")
    roll_up_all()
    response = client.get(reverse("solar:public"), {"period": "day", "on": "2024-06-03"})
    page, made = response.content.decode(), response.context["page"]
    assert "2024. 6. 3.(월) 하루입니다." in page
    noon, one = [row for row in made.rows if row.figures.joules]
    assert (noon.label, noon.figures.kwh, one.label, one.figures.kwh) == ("12시", 250, "13시", 2)
    assert noon.figures.saved_won > one.figures.saved_won > 0
    # June has this one day: its won is the month's
    assert made.total.saved_won == saved_in_all(month="2024-06-01")
    assert 'href="?period=day&amp;on=2024-06-02"' in page
    assert 'href="?period=day&amp;on=2024-06-04"' in page
    rows = read_csv(client.get(response.context["chart"]["csv_url"]))
    assert [row[:4] for row in rows[1:] if row[1] != "0"] == [
        [row.label, *(str(n) for n in (row.figures.kwh, row.figures.saved_won, row.figures.avoided_kg))]
        for row in (noon, one)
    ]


def test_the_hours_of_a_month_stand_in_a_table_with_shades(client, year):
    response = client.get(reverse("solar:plant", args=["city-hall"]), {"period": "month", "year": 2024, "month": 6})
    page = response.content.decode()
    assert "6월 날짜와 시간별로 만든 전기. 진할수록 많이 만든 시간. 칸마다 숫자가 있습니다." in page
    assert '<th scope="row">3일</th><td class="h4">83</td>' in page
    assert response.context["heat"].hours == [12]
    assert 'role="region" tabindex="0"' in page
    assert 'href="?period=month&amp;year=2024&amp;month=5"' in page


def test_a_period_without_figures_leads_to_the_newest_that_has_some(client, year, clock):
    clock("2026-11-22 10:00")
    page = client.get(reverse("solar:public"), {"period": "day"}).content.decode()
    assert "이 기간의 자료가 없습니다." in page
    assert '<a href="?period=day&amp;on=2024-12-31">자료가 있는 2024. 12. 31.(화) 보기</a>' in page
    page = client.get(reverse("solar:public"), {"period": "month"}).content.decode()
    assert '<a href="?period=month&amp;year=2024&amp;month=12">자료가 있는 2024년 12월 보기</a>' in page


def test_the_way_stops_at_the_first_and_the_last_month():
    months = [dt.date(2024, 3, 1), dt.date(2024, 5, 1)]
    today = dt.date(2026, 1, 1)

    def ways(period, on):
        found = walk_of(period, on, months, today)
        return [step and step.label for step in (found.before, found.after)]

    assert ways("month", dt.date(2024, 3, 1)) == [None, "2024년 5월"]
    assert ways("month", dt.date(2026, 1, 1)) == ["2024년 5월", None]
    assert ways("day", dt.date(2024, 3, 1)) == [None, "2024. 3. 2.(토)"]
    assert ways("day", dt.date(2024, 5, 31)) == ["2024. 5. 30.(목)", None]
    assert ways("day", dt.date(2025, 8, 1)) == ["2024. 5. 31.(금)", None]
    assert ways("day", dt.date(2001, 1, 1)) == [None, "2024. 3. 1.(금)"]
    assert ways("year", dt.date(2026, 1, 1)) == ["2024년", None]
    assert ways("all", today) == [None, None]


@pytest.mark.parametrize("query", ["?period=day&on=2024-06-03", "?period=month&year=2024&month=6"])
def test_days_and_hours_read_rollups_only_and_cost_the_same_for_more_plants(client, year, query):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("solar:public") + query)
        return [found["sql"] for found in queries]

    before = statements()
    assert not [sql for sql in before if '"solar_reading"' in sql]
    for number in range(1, 8):
        extra = make_source(slug=f"site-2019-{number}", code="meter", interval_s=3600)
        take(extra, {at(f"2024-06-{number:02} 11:00"): 1_000_000}, str(number).encode())
    roll_up_all()
    assert len(statements()) == len(before) <= 18


def test_the_demonstration_makes_what_the_rules_expect(settings):
    """100 kW, tilt 15 degrees, 14 % losses: 1,255 and 1,253 kWh for each kW (rules 3f), 22 million won a year."""
    from gimje_portal.demo import solar as demo

    demo.load()
    hall = Plant.objects.get(slug="city-hall")
    for number, expected in ((2023, 125_500), (2024, 125_300)):
        months = RollupMonth.objects.filter(plant=hall, month__year=number)
        kwh = sum(months.values_list("joules", flat=True)) / 3_600_000
        assert abs(kwh - expected) < 0.01 * expected
        assert all(month.is_simulated and month.completeness == 100 for month in months)
    won = saved_in_all(plant=hall, month__year=2024)
    assert 21_000_000 < won < 23_000_000
    before = RollupMonth.objects.count()
    demo.load()
    assert RollupMonth.objects.count() == before == 9 * 24


def test_web_processes_import_neither_pvlib_nor_pandas():
    import subprocess
    import sys

    code = (
        "import django, sys; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns; "
        "import gimje_portal.wsgi; print([name for name in ('pvlib', 'pandas', 'numpy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["year=99999", "on=abc", "period=week", "month=13"])
def test_a_period_that_cannot_be_read_is_said(client, query):
    assert "적으신 기간을 읽지 못해" in client.get(f"/solar/?{query}").content.decode()
    assert "적으신 기간을 읽지 못해" not in client.get("/solar/?period=year&year=2026").content.decode()
