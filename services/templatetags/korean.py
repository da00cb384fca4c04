"""Dates, money and numbers in templates as people read them (COPY 1.3)."""

from datetime import date, datetime, time

from django import template
from django.utils import timezone

from services.rules import korean, phones

register = template.Library()


def _day(value: date | datetime) -> date:
    return timezone.localdate(value) if isinstance(value, datetime) else value


@register.filter
def date_long(value: date | datetime | None) -> str:
    """11월 23일 월요일; the year only when it is another one."""
    return korean.date_long(_day(value), this_year=timezone.localdate().year) if value else ""


@register.filter
def date_short(value: date | datetime | None) -> str:
    """11월 23일(월)."""
    return korean.date_short(_day(value)) if value else ""


@register.filter
def won_about(amount: int) -> str:
    """약 2억 4,200만원."""
    return korean.won_about(amount)


@register.filter
def date_letter(value: date | datetime | None) -> str:
    """2026. 11. 23.(월)."""
    return korean.date_letter(_day(value)) if value else ""


@register.filter
def time_ko(value: datetime | time | None) -> str:
    """오후 3시 20분."""
    if value is None:
        return ""
    return korean.time_ko(timezone.localtime(value) if isinstance(value, datetime) else value)


@register.filter
def time_24(value: datetime | time | None) -> str:
    """15:20, only in tables and letters."""
    if value is None:
        return ""
    moment = timezone.localtime(value) if isinstance(value, datetime) else value
    return moment.strftime("%H:%M")


@register.filter
def won(value: int | None) -> str:
    """3,440,000원."""
    return "" if value is None else korean.won(value)


@register.filter
def won_big(value: int | None) -> str:
    """2억 4,200만원."""
    return "" if value is None else korean.won_big(value)


@register.filter
def won_letter(value: int | None) -> str:
    """금3,440,000원(금삼백사십사만원), for letters."""
    return "" if value is None else f"금{value:,}원(금{korean.won_hangul(value)}원)"


@register.filter
def show_phone(value: str) -> str:
    """010-1234-5678."""
    return phones.show_phone(value) if value else ""


@register.filter
def mask_phone(value: str) -> str:
    """010-****-5678."""
    return phones.mask_phone(value) if value else ""


@register.filter
def mask_name(value: str) -> str:
    """홍*동."""
    return phones.mask_name(value) if value else ""
