"""What all API answers share: faults as plain Korean."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from services.rules.refusal import Refused


def plain_korean(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Refused -> 409 or 400 with its sentence; the rest as DRF does it."""
    if isinstance(exception, Refused):
        status = 409 if exception.conflict else 400
        return Response({"detail": exception.sentence, "field": exception.field}, status=status)
    return exception_handler(exception, context)
