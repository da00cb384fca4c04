"""Numbers, dates and money as people in Gimje read them (COPY 1.3, KR-07)."""

from datetime import date, datetime, time

_WEEKDAYS = "월화수목금토일"
_DIGITS = "영일이삼사오육칠팔구"
_SMALL = ("", "십", "백", "천")
_BIG = ("", "만", "억", "조")


def date_long(day: date, *, this_year: int | None = None) -> str:
    """11월 23일 월요일; another year is named first: 2021년 1월 25일 월요일."""
    year = "" if this_year is None or day.year == this_year else f"{day.year}년 "
    return f"{year}{day.month}월 {day.day}일 {_WEEKDAYS[day.weekday()]}요일"


def date_short(day: date) -> str:
    """11월 23일(월), for text messages."""
    return f"{day.month}월 {day.day}일({_WEEKDAYS[day.weekday()]})"


def date_letter(day: date) -> str:
    """2026. 11. 23.(월), for tables and letters."""
    return f"{day.year}. {day.month}. {day.day}.({_WEEKDAYS[day.weekday()]})"


def time_ko(moment: datetime | time) -> str:
    """오후 3시 20분."""
    half = "오전" if moment.hour < 12 else "오후"
    hour = moment.hour % 12 or 12
    return f"{half} {hour}시" + (f" {moment.minute}분" if moment.minute else "")


def time_span_ko(first: datetime | time, last: datetime | time) -> str:
    """오후 3시부터 5시까지; 오전 11시부터 오후 1시까지."""
    end = time_ko(last)
    if (first.hour < 12) == (last.hour < 12):
        end = end.partition(" ")[2]
    return f"{time_ko(first)}부터 {end}까지"


def days_ko(days: int) -> str:
    """How long something is kept: 1095 -> "3년", 30 -> "30일"; only whole years of 365 days are said as years."""
    return f"{days // 365}년" if days and days % 365 == 0 else f"{days}일"


def won(amount: int) -> str:
    """3,440,000원."""
    return f"{amount:,}원"


def won_big(amount: int) -> str:
    """242,000,000 -> 2억 4,200만원; parts below 10,000 won are shown: 12,345 -> 1만 2,345원."""
    if amount < 0:
        return "-" + won_big(-amount)
    eok, rest = divmod(amount, 100_000_000)
    man, ones = divmod(rest, 10_000)
    parts = [f"{eok:,}억"] * bool(eok) + [f"{man:,}만"] * bool(man) + [f"{ones:,}"] * bool(ones)
    return (" ".join(parts) or "0") + "원"


def won_about(amount: int) -> str:
    """242,345,678 -> 약 2억 4,200만원, cut to whole millions; what is less, or exact anyway, is said as it is."""
    whole = amount // 1_000_000 * 1_000_000
    return won_big(amount) if whole <= 0 or whole == amount else f"약 {won_big(whole)}"


def won_hangul(amount: int) -> str:
    """3,440,000 -> 삼백사십사만, for letters: 금3,440,000원(금삼백사십사만원)."""
    if amount == 0:
        return "영"
    words = ""
    for power, unit in enumerate(_BIG):
        group = amount // 10_000**power % 10_000
        if group:
            words = _group_hangul(group) + unit + words
    return words


def _group_hangul(group: int) -> str:
    digits = [(group // 10**place % 10, place) for place in (3, 2, 1, 0)]
    return "".join(_DIGITS[digit] + _SMALL[place] for digit, place in digits if digit)


def cp949_bytes(text: str) -> int:
    """Length of a text message as carriers count it (KR-04). Raises UnicodeEncodeError for what CP949 lacks."""
    return len(text.encode("cp949"))
