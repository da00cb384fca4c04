"""Giving the next number of a series."""

from django.db import transaction

from services.models import Counter


def next_number(series: str, year: int) -> int:
    """The next number of `series` in `year`, from 1; the caller's transaction keeps the counter's row locked.

    Raises TransactionManagementError outside a transaction: a number without its case would leave a gap.
    """
    if not transaction.get_connection().in_atomic_block:
        msg = "A number is given in the transaction of its case."
        raise transaction.TransactionManagementError(msg)
    Counter.objects.bulk_create([Counter(series=series, year=year)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(series=series, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last
