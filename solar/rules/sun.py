"""When the sun is up at a place: what readings can be expected, and whether a clock is off. Good to some minutes."""

import math
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

MIN_ELEVATION_DEGREES = 6.0  # below it inverters are still asleep or already
CLOCK_DOUBT_HOURS = 2.0


@lru_cache(maxsize=8192)
def daylight(latitude: float, longitude: float, solar_day: date) -> tuple[datetime, datetime] | None:
    """From when to when the sun stands above 6 degrees, around the solar noon of `solar_day`; None: not at all."""
    angle = 2 * math.pi * (solar_day.timetuple().tm_yday - 81) / 365
    declination = math.radians(23.45) * math.sin(angle)
    equation_minutes = 9.87 * math.sin(2 * angle) - 7.53 * math.cos(angle) - 1.5 * math.sin(angle)
    noon = datetime.combine(solar_day, time(12), UTC) - timedelta(minutes=4 * longitude + equation_minutes)
    phi = math.radians(latitude)
    cosine = (math.sin(math.radians(MIN_ELEVATION_DEGREES)) - math.sin(phi) * math.sin(declination)) / (
        math.cos(phi) * math.cos(declination)
    )
    if cosine >= 1:
        return None
    half = timedelta(hours=math.degrees(math.acos(max(cosine, -1))) / 15)
    return noon - half, noon + half


def sun_seconds(latitude: float, longitude: float, hour: datetime) -> int:
    """Seconds of daylight in the hour that begins at `hour`."""
    end, seconds = hour + timedelta(hours=1), 0.0
    day = (hour.astimezone(UTC) + timedelta(hours=longitude / 15)).date()  # the solar day of the hour
    window = daylight(latitude, longitude, day)
    if window:
        seconds = (min(end, window[1]) - max(hour, window[0])).total_seconds()
    return max(0, int(seconds))


def clock_offset_hours(longitude: float, centre_utc_hour: float) -> float:
    """Hours by which the centre of the energy of a day lies after solar noon, -12 to 12."""
    noon = 12 - longitude / 15
    return (centre_utc_hour - noon + 12) % 24 - 12
