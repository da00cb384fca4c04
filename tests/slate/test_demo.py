"""The demonstration loads twice without harm, adds up, and marks everybody as 시연."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from gimje_portal.demo import services as people
from gimje_portal.demo import slate as demo
from services.models import Resident
from slate.models import Application, Programme, SupportRate
from slate.reports import current_programme, lines_off_their_ledger, total
from slate.reports.money import takes_applications


@pytest.mark.django_db
def test_the_demonstration(settings):
    settings.DEMO = True
    people.load()
    demo.load()
    demo.load()
    programme = Programme.objects.get(year=timezone.localdate().year)
    assert programme.is_open(timezone.localdate())
    assert "시연을 위한 가정" in programme.source
    past = Programme.objects.get(year=2020)
    assert (past.budget_won, past.planned_buildings, past.applications.count()) == (1_400_000_000, 400, 0)
    assert total(programme).allotted_won == 1_400_000_000
    assert not lines_off_their_ledger()
    applications = list(Application.objects.select_related("resident"))
    assert len(applications) == 40
    assert all(application.resident.name.startswith("시연 ") for application in applications)
    assert all(one.reference.startswith(f"{programme.year}-SL-") for one in applications)
    assert len({application.state for application in applications}) == 8


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["2027-01-01 00:05", "2028-02-29 12:00", "2031-12-31 23:55"])
def test_the_running_year_is_the_year_of_the_clock_also_when_nobody_knows_its_rates(settings, clock, moment):
    clock(moment)
    settings.DEMO = True
    people.load()
    demo.load()
    running = current_programme()
    assert running is not None
    assert running.year == int(moment[:4])
    assert takes_applications()
    assert Application.objects.filter(programme=running).count() == 40
    assert set(SupportRate.objects.filter(year=running.year).values_list("confidence", flat=True)) == {"assumption"}


@pytest.mark.django_db
def test_a_demonstration_that_is_kept_over_the_new_year_gets_its_new_year(settings, clock):
    settings.DEMO = True
    clock("2026-12-30 10:00")
    people.load()
    demo.load()
    clock("2027-01-01 00:05")
    demo.load()
    running = current_programme()
    assert running is not None
    assert (running.year, running.applications.count()) == (2027, 0)
    assert Application.objects.count() == 40


HISTORY = re.compile(r"<details>.*?</details>", re.DOTALL)
CHECKED = [
    {"kind": kind, "area_m2": "300", "household": household}
    for kind in ("house", "outbuilding", "stored", "removed")
    for household in ("general", "near_poor")
]


def words(page: str) -> str:
    """What a person reads of a page."""
    return html.unescape(re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL))


@pytest.mark.django_db
def test_2020_is_history_on_every_page_of_citizens(settings, clock, client, resident_client):
    settings.DEMO = True
    clock("2026-11-29 12:00")
    people.load()
    demo.load()
    start = client.get(reverse("slate:start")).content.decode()
    shown = [client.get(reverse("services:service_page", args=["slate"])).content.decode()]
    shown += [
        client.get(reverse(f"services:{name}")).content.decode() for name in ("home", "my_start", "my_reference")
    ]
    shown += [client.get(reverse(f"slate:{name}")).content.decode() for name in ("check", "application_address")]
    shown += [client.post(reverse("slate:check"), typed).content.decode() for typed in CHECKED]
    for resident in Resident.objects.filter(slate_applications__isnull=False).order_by("pk")[:8]:
        case = resident.slate_applications.get()
        own = resident_client(resident)
        shown += [own.get(reverse(name, args=args)).content.decode() for name, args in pages_of(case)]
    for page in [HISTORY.sub("", start), *shown]:
        said = words(page).replace("(2020년 2월 발표)", "")  # what was done to 2019, with its source
        assert "2020" not in said, re.findall(r".{,40}2020.{,20}", said)
    assert any("2026" in words(page) for page in shown)
    assert any("2020" in words(part) for part in HISTORY.findall(start))


def pages_of(case: Application) -> list[tuple[str, list[str]]]:
    pages = [("services:my", []), ("slate:application", [case.reference])]
    return [*pages, ("slate:decision", [case.reference])] if case.decisions.exists() else pages
