"""Ages as the reports and the consents count them."""

from datetime import date

AGE_BANDS = ("40세 미만", "40대", "50대", "60대", "70대", "80세 이상", "모름")
AGE_ALONE = 14  # PD-05: anybody younger needs a parent's consent


def age_on(born_on: date, day: date) -> int:
    """Full years (만 나이) on `day`."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def age_band(born_on: date | None, on: date) -> str:
    """The band of the 만 나이 on the day `on` (KR-06): whole years, a birthday on 29 February counts on 1 March."""
    if born_on is None or born_on > on:
        return AGE_BANDS[-1]
    years = age_on(born_on, on)
    return AGE_BANDS[min(max(years // 10 - 3, 0), 5)]
