"""Read-only answers: one number, one query."""

from slate.reports.money import (
    Balance,
    Quote,
    QuoteLine,
    Wanted,
    balances,
    current_programme,
    lines_off_their_ledger,
    price_day,
    quote,
    quote_of,
    reserved_by_line,
    roof_rate,
    supported_before,
    total,
)

__all__ = [
    "Balance",
    "Quote",
    "QuoteLine",
    "Wanted",
    "balances",
    "current_programme",
    "lines_off_their_ledger",
    "price_day",
    "quote",
    "quote_of",
    "reserved_by_line",
    "roof_rate",
    "supported_before",
    "total",
]
