"""Proving a phone to the API: a code by text message, then a token that is sent with every request."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.views.decorators.cache import never_cache
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.decorators import api_view
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, NotFound
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from services.actions.people import check_code, send_code
from services.actions.puzzles import new_puzzle, solve
from services.api.fields import NO_JSON, UNREADABLE, Body, Line, Phone, RefusalShown, body_of
from services.enums.people import VerificationState
from services.models import Verification, blind_index
from services.reports.people import address_of
from services.rules.puzzles import PuzzleAsked

WORD = "Phone"
TOKEN_SALT = "consultations.api.phone"  # noqa: S105
CODE_SALT = "consultations.api.code"
CODE_AGE = timedelta(hours=1)  # longer than a code lives, so that a late one is told that it is late
ENDED = "휴대전화 확인이 끝났습니다. 인증번호를 다시 받아 주세요."
UNKNOWN = "그런 휴대전화 확인이 없습니다. 인증번호를 다시 받아 주세요."


@dataclass(frozen=True, slots=True)
class ProvedPhone:
    """The phone (E.164) behind a token, and the blind index by which its people are found."""

    phone: str
    index: str


class PhoneToken(BaseAuthentication):
    """`Authorization: Phone <token>`; request.auth is the proved phone."""

    def authenticate(self, request: Request) -> tuple[None, ProvedPhone] | None:
        word, _, token = request.headers.get("Authorization", "").partition(" ")
        if word != WORD or not token:
            return None
        try:
            said = signing.loads(
                token.strip(), salt=TOKEN_SALT, max_age=timedelta(minutes=settings.CONSULTATION_API_MINUTES)
            )
        except signing.BadSignature as fault:  # wrong, or too old
            raise AuthenticationFailed(ENDED) from fault
        passed = Verification.objects.filter(state=VerificationState.PASSED)
        proof = passed.filter(pk=said["verification"], phone_index=said["phone"]).first()
        if proof is None:
            raise AuthenticationFailed(ENDED)
        return None, ProvedPhone(proof.phone, proof.phone_index)

    def authenticate_header(self, request: Request) -> str:
        return WORD


class PhoneTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the token stands in the OpenAPI document."""

    target_class = "consultations.api.phones.PhoneToken"
    name = "phoneToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        text = "Phone <token>. `verifications`로 인증번호를 받고 `check`로 바꿉니다. "
        text += f"{settings.CONSULTATION_API_MINUTES}분 동안 씁니다."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": text}


class HasPhone(BasePermission):
    """Opens only with a proved phone."""

    def has_permission(self, request: Request, view: object) -> bool:
        phone_of(request)
        return True


def phone_of(request: Request) -> ProvedPhone:
    """The program that asks. Raises NotAuthenticated without a token."""
    if not isinstance(request.auth, ProvedPhone):
        raise NotAuthenticated("Authorization 머리글에 휴대전화 확인 토큰을 보내 주세요.")
    return request.auth


class PhoneAsked(Body):
    """The resident whose phone was proved."""

    phone = Phone(max_length=40, help_text="휴대전화 번호. 010-1234-5678처럼 적습니다.")
    puzzle = Line(
        max_length=400, required=False, help_text="409로 받은 `puzzle`. 하루치 인증번호가 거의 나간 날에만 씁니다."
    )
    answer = Line(max_length=40, required=False, help_text="그 `question`의 답")


class CodeAsked(Body):
    code = Line(max_length=120, help_text="문자로 받은 숫자 6개")


class CodeSent(serializers.Serializer[Any]):
    """A code is on its way."""

    id = serializers.CharField(help_text="`check`의 주소에 넣습니다.")
    expires_at = serializers.DateTimeField()


class PuzzleShown(serializers.Serializer[Any]):
    """A sum that somebody has to do before a code goes out."""

    detail = serializers.CharField(help_text="왜 묻는지")
    field = serializers.CharField()
    question = serializers.CharField(help_text="사람에게 보여 줄 물음. 예: 일곱 더하기 여섯은 얼마인가요?")
    puzzle = serializers.CharField(help_text="답과 함께 다시 보냅니다. 10분 동안, 한 번만 씁니다.")


class Token(serializers.Serializer[Any]):
    """What to send as `Authorization: Phone <token>`."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


def _iso(moment: Any) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


@extend_schema(
    operation_id="consultations_verifications_create",
    summary="인증번호 받기",
    description=(
        "숫자 6개를 문자로 보냅니다. 누리집과 같은 한도를 씁니다: 한 번호에 하루 5번, 한 곳에서 한 시간에 20번. "
        "하루치 인증번호가 거의 나간 날에는 409로 셈 하나를 여쭙니다. 답이 틀리면 `puzzle` 없이 다시 물어 주세요."
    ),
    request=PhoneAsked,
    responses={202: CodeSent, 400: UNREADABLE, 409: PuzzleShown, 415: NO_JSON},
    examples=[OpenApiExample("전화번호", {"phone": "010-1234-5678"}, request_only=True)],
    tags=["consultations"],
    auth=[],
)
@never_cache
@api_view(["POST"])
def api_verifications(request: Request) -> Response:
    """Send a code to this phone."""
    form = PhoneAsked(data=body_of(request))
    form.is_valid(raise_exception=True)
    phone, token = form.validated_data["phone"], form.validated_data.get("puzzle", "")
    phone_index = blind_index(phone, purpose="phone")
    if token:
        solve(token, form.validated_data.get("answer", ""), phone_index=phone_index)
    try:
        verification = send_code(phone, address=address_of(request), is_solved=bool(token))
    except PuzzleAsked as asked:
        puzzle = new_puzzle(phone_index)
        shown = {"detail": asked.sentence, "field": asked.field, "question": puzzle.question, "puzzle": puzzle.token}
        return Response(shown, status=409)
    # Signed: a number that can be guessed would let strangers use up the tries of somebody else's code.
    key = signing.dumps(verification.pk, salt=CODE_SALT)
    return Response({"id": key, "expires_at": _iso(verification.expires_at)}, status=202)


@extend_schema(
    operation_id="consultations_verifications_check",
    summary="인증번호 확인하기",
    description=f"인증번호는 한 번만, {settings.VERIFICATION_MINUTES}분 안에 쓸 수 있습니다. "
    f"{settings.VERIFICATION_TRIES}번 맞지 않으면 {settings.VERIFICATION_BLOCK_MINUTES}분 동안 멈춥니다.",
    request=CodeAsked,
    responses={
        200: Token,
        400: UNREADABLE,
        404: OpenApiResponse(RefusalShown, description="그런 확인이 없습니다."),
        415: NO_JSON,
    },
    examples=[OpenApiExample("인증번호", {"code": "482157"}, request_only=True)],
    tags=["consultations"],
    auth=[],
)
@never_cache
@api_view(["POST"])
def api_verification_check(request: Request, key: str) -> Response:
    """Six digits -> a token for CONSULTATION_API_MINUTES."""
    form = CodeAsked(data=body_of(request))
    form.is_valid(raise_exception=True)
    try:
        passed = check_code(signing.loads(key, salt=CODE_SALT, max_age=CODE_AGE), form.validated_data["code"])
    except (signing.BadSignature, Verification.DoesNotExist) as fault:
        raise NotFound(UNKNOWN) from fault
    token = signing.dumps({"phone": passed.phone_index, "verification": passed.pk}, salt=TOKEN_SALT)
    until = timezone.now() + timedelta(minutes=settings.CONSULTATION_API_MINUTES)
    return Response({"token": token, "expires_at": _iso(until)})
