"""Demonstration of the solar room: two years of hours computed with pvlib from real weather, marked as simulated."""

import csv
import io
import lzma
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from solar.actions import rollups, storing
from solar.enums import BatchOrigin, SourceKind, Unit, Zone
from solar.models import Plant, Source
from solar.rules.files import Mapping, Parsed

YEARS = (2023, 2024)
CREDIT = "Weather data by Open-Meteo.com (ERA5); contains modified Copernicus Climate Change Service information"
TRIO_CREDIT = "solar-data-tools 2.1.5 예시 자료(BSD-2-Clause), 미국의 27.6kW 인버터"
LOSSES_PERCENT = 14
COLD_LOSS = -0.0037  # power lost per degree of the cell, crystalline silicon
TILTS = {"council": 10, "city-hall": 15}
SITE_TILTS = (15, 12, 18, 20, 15, 25, 10)
HOURLY = Mapping(0, 1, Unit.WH, 3600)


def load() -> None:
    """Add what is missing: nine model sources with their hours, and the device that the sample file belongs to."""
    Source.objects.get_or_create(
        plant=Plant.objects.get(slug="council"),
        code="sample-inverter",
        defaults={
            "name": "시연 인버터(27.6kW)",
            "rated_w": 27_600,
            "zone": Zone.UTC,
            "latitude": 38.0,
            "longitude": -120.0,
            "is_demo": True,
            "credit": TRIO_CREDIT,
        },
    )
    waiting = [plant for plant in Plant.objects.shown() if not plant.sources.filter(kind=SourceKind.MODEL).exists()]
    if not waiting:
        return
    starts, weather = _weather()
    power_of: dict[int, list[float]] = {}
    for plant in waiting:
        tilt = TILTS.get(plant.slug) or SITE_TILTS[plant.order - 2]
        if tilt not in power_of:
            power_of[tilt] = _watts_per_kw(weather, tilt)
        _store(plant, tilt, starts, power_of[tilt])
    rollups.roll_up_all()


def _weather() -> tuple[list[int], dict[str, list[float]]]:
    """Hour starts as seconds since 1970, and the columns of both years."""
    folder = Path(settings.BASE_DIR) / "solar" / "data"
    starts: list[int] = []
    columns: dict[str, list[float]] = {}
    for year in YEARS:
        text = lzma.decompress((folder / f"weather_gimje_{year}.csv.xz").read_bytes()).decode()
        for row in csv.DictReader(io.StringIO(text)):
            stamp = datetime.fromisoformat(row.pop("hour_start_kst"))
            starts.append(int(stamp.timestamp()))
            for name, value in row.items():
                columns.setdefault(name, []).append(float(value))
    return starts, columns


def _watts_per_kw(weather: dict[str, list[float]], tilt: int) -> list[float]:
    """Mean AC watts of each hour for 1 kW facing south. pvlib is imported here: it costs a second and much memory."""
    import pandas as pd
    import pvlib

    index = pd.date_range(f"{YEARS[0]}-01-01", periods=len(weather["ghi_w_m2"]), freq="h", tz="Asia/Seoul")
    frame = pd.DataFrame(weather, index=index)
    middle = index + pd.Timedelta(minutes=30)  # the stamp is the start of the hour: the sun is taken in its middle
    sun = pvlib.solarposition.get_solarposition(middle, 35.80, 126.88).set_axis(index)
    light = pvlib.irradiance.get_total_irradiance(
        tilt,
        180,
        sun["apparent_zenith"],
        sun["azimuth"],
        frame["dni_w_m2"],
        frame["ghi_w_m2"],
        frame["dhi_w_m2"],
    )["poa_global"].fillna(0)
    cell = pvlib.temperature.sapm_cell(
        light, frame["temp_air_c"], frame["wind_speed_m_s"], -3.56, -0.075, 3
    )  # open rack, glass and polymer
    direct = pvlib.pvsystem.pvwatts_dc(light, cell, 1000, COLD_LOSS) * (1 - LOSSES_PERCENT / 100)
    return [max(0.0, value) for value in pvlib.inverter.pvwatts(direct, 1000).fillna(0)]


@transaction.atomic
def _store(plant: Plant, tilt: int, starts: list[int], watts_per_kw: list[float]) -> None:
    source = Source.objects.create(
        plant=plant,
        code="model",
        name=f"시뮬레이션(남향 {tilt}도, 손실 {LOSSES_PERCENT}%)",
        kind=SourceKind.MODEL,
        rated_w=plant.compared_w,
        unit=Unit.WH,
        interval_s=3600,
        credit=CREDIT,
    )
    size = (plant.compared_w or 0) / 1000
    joules = [round(watts * size) * 3600 for watts in watts_per_kw]
    batch = storing.new_batch(
        source, origin=BatchOrigin.MODEL, content=b"", mapping=HOURLY.as_dict(), file_name="pvlib 시뮬레이션"
    )
    storing.take(batch, Parsed(starts=starts, joules=joules, flags=[0] * len(starts), line_count=len(starts)), source)
