"""Every page at the edges of the calendar, with nothing in the database and with a little: it opens, or says 404."""

import itertools
import re
from collections.abc import Iterator

import pytest
from django.urls import reverse

from services.enums.people import Role
from solar.actions.rollups import roll_up_all
from solar.models import Source
from tests.portal.test_rights import EXAMPLES, URLS
from tests.solar.factories import make_source
from tests.solar.test_rollups import at, take

pytestmark = pytest.mark.django_db

MOMENTS = [
    "2026-12-01 00:05",  # the 1st, at night: yesterday was another month
    "2027-01-01 00:05",  # New Year: yesterday was another year
    "2027-01-01 10:00",
    "2028-02-29 12:00",
    "2026-06-21 04:30",  # before sunrise on the longest day
    "2026-11-25 12:00",  # a day in the middle of a gap
]
YEARS = (0, 1, 1899, 2026, 99999, 2**63)
QUERIES = [
    *({"period": period, "year": year, "month": month} for period in ("day", "month", "year", "all")
      for year, month in itertools.product((*YEARS, "abc", ""), (0, 1, 13))),
    *({"period": "day", "on": on} for on in ("0001-01-01", "9999-12-31", "2026-02-30", "abc", "2026-11-25", "")),
]  # fmt: skip
VALUES: dict[str, tuple[object, ...]] = {
    "IntConverter": (0, 1, 2026, 99999, 2**63),
    "StringConverter": ("x", "0", "가-나"),
    "SlugConverter": ("x", "council"),
    "PathConverter": ("x",),
    "UUIDConverter": ("00000000-0000-0000-0000-000000000000",),
}
MONTHS = ("2026-11", "2027-01", "0000-01", "0001-01", "9999-12", "2026-13")
LEAVE = {"account_logout", "admin:logout"}  # they end the log-in that the walk needs


def addresses() -> Iterator[str]:
    for name, converters in URLS:
        if name in LEAVE or name in EXAMPLES or name.startswith(("admin:", "mfa_", "account_", "socialaccount_")):
            continue
        choices = [VALUES.get(type(one).__name__, ("x",)) for one in converters.values() if not _is_month(one)]
        if any(map(_is_month, converters.values())):
            yield from _with_month(name, converters)
            continue
        for values in itertools.islice(itertools.product(*choices), 16):
            yield reverse(name, kwargs=dict(zip(converters, values, strict=True)))


def _is_month(converter: object) -> bool:
    return type(converter).__name__ == "MonthConverter"


def _with_month(name: str, converters: dict[str, object]) -> Iterator[str]:
    from datetime import date

    kwargs = {key: date(2026, 11, 1) if _is_month(one) else "x" for key, one in converters.items()}
    known = reverse(name, kwargs=kwargs)
    yield from (known.replace("2026-11", month) for month in MONTHS)


ADDRESSES = sorted(set(addresses()))


@pytest.fixture
def everybody(staff_client, make_staff):
    """One member of staff with every role: what is tried is the page, not the right."""
    return staff_client(user=make_staff(*Role, username="all"))


@pytest.fixture
def _a_little(clock):
    """Two days of readings with three days' gap between them."""
    clock("2026-11-28 10:00")
    meter = make_source(slug="council", code="meter", interval_s=3600)
    for number, day in enumerate(("2026-11-23", "2026-11-27")):
        take(meter, {at(f"{day} 12:00"): 50_000_000}, f"file {number}".encode())
    roll_up_all()


def walk(client, paths) -> list[str]:
    """Addresses that answered with our fault."""
    client.raise_request_exception = False
    return [path for path in paths if client.get(path).status_code >= 500]


@pytest.mark.parametrize("moment", ["2027-01-01 00:05", "2028-02-29 12:00"])
def test_every_page_of_an_empty_portal_opens(everybody, clock, moment):
    clock(moment)
    assert walk(everybody, ADDRESSES) == []


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.usefixtures("_a_little")
def test_every_page_opens_with_a_little_in_it(everybody, clock, moment):
    clock(moment)
    midnight = at(f"{moment[:10]} 00:00")
    take(Source.objects.get(code="meter"), {midnight: 0}, b"nothing at night")
    roll_up_all()
    assert walk(everybody, ADDRESSES) == []


@pytest.mark.parametrize("moment", ["2027-01-01 00:05", "2026-11-25 12:00"])
@pytest.mark.usefixtures("_a_little")
def test_every_year_may_be_asked_for(client, clock, moment):
    clock(moment)
    take(Source.objects.get(code="meter"), {at(f"{moment[:10]} 00:00"): 0}, b"nothing at night")
    roll_up_all()
    for path in ("/solar/", "/solar/plants/council/", reverse("solar:public_csv")):
        for query in QUERIES:
            assert client.get(path, query).status_code in (200, 404), (path, query)


@pytest.mark.usefixtures("_a_little")
def test_at_night_the_day_so_far_is_empty_and_says_so(client, clock):
    clock("2026-11-28 00:05")
    page = client.get("/solar/", {"period": "day"}).content.decode()
    assert not re.search(r"-\d+(,\d+)*\s*kWh", page)
