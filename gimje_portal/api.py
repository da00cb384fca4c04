"""What all API answers share: faults as plain Korean."""

from typing import Any

from django.http import Http404
from rest_framework.exceptions import MethodNotAllowed, NotAcceptable, ParseError, UnsupportedMediaType
from rest_framework.response import Response
from rest_framework.views import exception_handler

from services.rules.refusal import Refused

NO_JSON = "보내신 내용을 JSON으로 읽지 못했습니다. 따옴표와 쉼표를 확인해 주세요."
# What the framework says in English.
SENTENCES: dict[type[Exception], str] = {
    Http404: "그런 주소가 없습니다.",
    MethodNotAllowed: "이 주소는 그렇게 부를 수 없습니다. 문서를 확인해 주세요.",
    NotAcceptable: "답은 JSON으로만 드립니다.",
    UnsupportedMediaType: "JSON으로 보내 주세요. Content-Type은 application/json입니다.",
}


def plain_korean(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Refused -> 409 or 400 with its sentence; the rest as DRF does it, with a Korean sentence."""
    if isinstance(exception, Refused):
        status = 409 if exception.conflict else 400
        return Response({"detail": exception.sentence, "field": exception.field}, status=status)
    response = exception_handler(exception, context)
    if response is None:
        return None
    if isinstance(exception, ParseError) and str(exception.detail).startswith("JSON parse error"):
        response.data = {"detail": NO_JSON}
    elif type(exception) in SENTENCES:
        response.data = {"detail": SENTENCES[type(exception)]}
    return response
