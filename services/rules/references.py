"""Reference numbers (COPY 10.2): made to be said on the phone, repaired when typed."""

import re

from services.rules.text import code


def series_reference(series: str, year: int, number: int) -> str:
    """("SL", 2020, 412) -> "2020-SL-0412"."""
    return f"{year}-{series}-{number:04d}"


def booking_reference(number: int) -> str:
    """482157 -> "482-157"."""
    return f"{number // 1000:03d}-{number % 1000:03d}"


def letter_reference(letter: str, number: int) -> str:
    """("Q", 482157) -> "Q-482-157"."""
    return f"{letter}-{booking_reference(number)}"


def shapes(year: int) -> str:
    """What the numbers look like, for whoever types one; `year` is the running one (COPY 10.2)."""
    return f"예약번호는 숫자 6개, 접수번호는 {series_reference('SL', year, 412)}나 Q-482-157 같은 모양입니다."


def normalise_reference(typed: str) -> str:
    """What a person typed -> the form that is stored: "2020 sl 412" -> "2020-SL-0412"; unknown forms unchanged."""
    text = re.sub(r"[^0-9A-Z]", "", code(typed).upper())
    if re.fullmatch(r"\d{6}", text):
        return booking_reference(int(text))
    if found := re.fullmatch(r"(\d{4})([A-Z]{1,3})(\d{1,6})", text):
        return series_reference(found[2], int(found[1]), int(found[3]))
    if found := re.fullmatch(r"([A-Z])(\d{6})", text):
        return letter_reference(found[1], int(found[2]))
    return text
