"""Counting under one lock, so that requests at the same moment cannot all slip below a limit."""

from django.db import connection


def take_turn(queue: str) -> None:
    """Wait until no other transaction has the turn in `queue`; it ends with this transaction.

    One lock a queue, not one a phone or address: a request counts by phone, address and day at once, and the part
    under the lock is a few milliseconds. The limits live in PostgreSQL and survive the loss of broker and cache.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [queue])
