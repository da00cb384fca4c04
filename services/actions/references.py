"""Giving numbers: the next of a series, or one that nobody can guess."""

import secrets
from collections.abc import Callable

from django.db import IntegrityError, transaction

from services.models import Counter


def random_number() -> int:
    """Six digits that can be said on the phone; they tell neither how many there are nor which comes next."""
    return secrets.randbelow(900_000) + 100_000


def insert_with_number(insert: Callable[[int], object], *, constraint: str) -> None:
    """`insert(number)` with a random number; one that `constraint` says is taken gives way to another."""
    while True:
        try:
            with transaction.atomic():
                insert(random_number())
        except IntegrityError as error:
            if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != constraint:
                raise
        else:
            return


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
