"""Plants' devices and files as stories need them."""

import datetime as dt
import lzma
from pathlib import Path

from django.conf import settings

from solar.enums import Label, Unit, Zone
from solar.models import Plant, Source
from solar.rules.files import Mapping

TRIO = Path(settings.BASE_DIR) / "solar" / "data" / "trio_27kw_2018-11_2019-06.csv.xz"
TRIO_NAME = "trio_27kw_2018-11_2019-06.csv"


def trio_bytes() -> bytes:
    """The real inverter file."""
    return lzma.decompress(TRIO.read_bytes())


def make_source(slug="council", code="inverter-1", **fields) -> Source:
    """An inverter that writes mean kW every five minutes by Korean time."""
    return Source.objects.create(plant=Plant.objects.get(slug=slug), code=code, name="시연 인버터", **fields)


def trio_source() -> Source:
    """The device of the real file: 27.6 kW, in the western USA, stamps in UTC."""
    return make_source(code="trio", rated_w=27_600, latitude=38.0, longitude=-120.0, zone=Zone.UTC, is_demo=True)


def csv_of(rows) -> bytes:
    """`[("2024-06-01 12:00", "5.0"), ...]` as a file of a logger."""
    return "\n".join(["시각,출력(kW)", *(f"{stamp},{value}" for stamp, value in rows)]).encode()


def day_rows(day="2024-06-03", value="6.0", step=5):
    """A day from 9:00 to 15:00."""
    start = dt.datetime.fromisoformat(f"{day} 09:00")
    return [
        ((start + dt.timedelta(minutes=step * n)).strftime("%Y-%m-%d %H:%M"), value) for n in range(6 * 60 // step)
    ]


KW_FILE = Mapping(0, 1, Unit.KW, 300, Label.START, Zone.SEOUL)
