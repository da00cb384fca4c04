"""One after the other: every verb runs in one transaction, and waiting too long for a lock is a calm sentence."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

from services.rules.refusal import Refused

BUSY = "지금 다른 분이 같은 것을 처리하고 있습니다. 적으신 내용은 그대로 있습니다. 잠시 뒤에 다시 한 번 눌러 주세요."
LOCK_NOT_AVAILABLE = "55P03"  # lock_timeout is over
DEADLOCK = "40P01"
TRIES = 3

P = ParamSpec("P")
R = TypeVar("R")


def in_turn(verb: Callable[P, R]) -> Callable[P, R]:
    """Run the verb in one transaction; after a deadlock again, after waiting too long for a lock Refused(BUSY).

    Inside another verb it joins that transaction, which then is the one that is tried again.
    """

    @wraps(verb)
    def decorated(*args: P.args, **kwargs: P.kwargs) -> R:
        for tries_left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    return verb(*args, **kwargs)
            except OperationalError as error:
                code = getattr(error.__cause__, "pgcode", None)
                if code == LOCK_NOT_AVAILABLE:
                    raise Refused(BUSY, conflict=True) from error
                if code != DEADLOCK or not tries_left or transaction.get_connection().in_atomic_block:
                    raise
        raise AssertionError

    decorated.is_verb = True  # type: ignore[attr-defined] # tests/test_house.py reads it
    return decorated
