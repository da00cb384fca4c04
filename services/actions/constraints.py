"""From a violated constraint to the Korean sentence that its model gives it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import IntegrityError, transaction

from services.rules.refusal import Refused


@contextmanager
def friendly(*names: str) -> Iterator[None]:
    """Inside, in a savepoint, a violation of one of the named constraints becomes Refused(conflict=True).

    Other violations pass through: they are faults of ours.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None)
        if name not in names:
            raise
        raise Refused(_sentence(name), conflict=True) from error


def _sentence(name: str) -> str:
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.get_violation_error_message())
    msg = f"No model names the constraint {name}."
    raise LookupError(msg)
