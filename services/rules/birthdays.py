"""Days as people type them, and days of birth: bounded once for form, API and import, two digits asked back."""

from datetime import date

from services.rules.refusal import Refused
from services.rules.text import code

OLDEST = 125  # years; nobody is known to have lived longer
FIRST_YEAR, LAST_YEAR = 1900, 2100  # of any other day that somebody writes in three boxes
_LETTERS = "날짜에 글자가 들어 있습니다. 숫자만 적어 주세요."
_IMPOSSIBLE = "적으신 날짜는 달력에 없습니다. 다시 적어 주세요. 예: 1945년 3월 9일"


def parse_birthday(year: str, month: str, day: str, *, today: date) -> date:
    """Three boxes -> the day of birth. Raises Refused: letters, two digits of a year, no such day, out of bounds."""
    return clean_birthday(_day(_four_digits(year, today), month, day), today)


def parse_day(year: str, month: str, day: str, *, today: date) -> date:
    """Three boxes -> any other day. Raises Refused like `parse_birthday`."""
    digits = _digits(year)
    if len(digits) < 3:
        raise Refused(f"해를 네 자리로 적어 주세요. {today.year // 100 * 100 + int(digits)}년인가요?")
    if not FIRST_YEAR <= int(digits) <= LAST_YEAR:
        raise Refused(f"해는 {FIRST_YEAR}년과 {LAST_YEAR}년 사이여야 합니다. 네 자리로 다시 적어 주세요.")
    return _day(int(digits), month, day)


def year_of_birth(typed: str, today: date) -> int:
    """ "1945", "1945년", full-width digits -> the year. Raises Refused: letters, two digits, no such year."""
    return bounded_year(_four_digits(typed, today), today)


def _four_digits(typed: str, today: date) -> int:
    digits = code(typed).removesuffix("생").rstrip("년월일.")
    if not digits.isdecimal():
        raise Refused("태어난 해에 글자가 들어 있습니다. 숫자만 적어 주세요. 예: 1945", field="born_on")
    if len(digits) <= 2:
        raise Refused(f"태어난 해를 네 자리로 적어 주세요. {_which(int(digits), today)}", field="born_on")
    return int(digits[:9])


def bounded_year(year: int, today: date) -> int:
    """The year itself. Raises Refused when nobody alive was born in it."""
    if not today.year - OLDEST <= year <= today.year:
        raise Refused(
            f"태어난 해는 {today.year - OLDEST}년과 {today.year}년 사이여야 합니다. 네 자리로 다시 적어 주세요.",
            field="born_on",
        )
    return year


def clean_birthday(born_on: date, today: date) -> date:
    """The day itself. Raises Refused when it lies ahead or longer ago than anybody lives."""
    if born_on > today:
        raise Refused("태어난 날이 오늘보다 뒤입니다. 태어난 해를 다시 확인해 주세요.", field="born_on")
    bounded_year(born_on.year, today)
    return born_on


def _which(two_digits: int, today: date) -> str:
    years = [century + two_digits for century in (1900, 2000) if century + two_digits <= today.year]
    words = " 아니면 ".join(f"{year}년인가요?" for year in years)
    return f"'{two_digits:02d}'라고 적으셨습니다. {words}"


def _day(year: int, month: str, day: str) -> date:
    try:
        return date(year, int(_digits(month)), int(_digits(day)))
    except ValueError as fault:
        raise Refused(_IMPOSSIBLE) from fault


def _digits(typed: str) -> str:
    """At most nine digits. Raises Refused for anything else; more digits are no day in any calendar."""
    digits = code(typed).rstrip("년월일.")
    if not digits.isdecimal():
        raise Refused(_LETTERS)
    if len(digits) > 9:
        raise Refused(_IMPOSSIBLE)
    return digits
