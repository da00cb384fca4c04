"""Residents: adding them, proving that a phone is theirs, opening one case by its number."""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from services.actions import access, notices
from services.actions.history import record
from services.actions.limits import take_turn
from services.actions.proposals import propose
from services.actions.turns import in_turn
from services.enums.people import ResidentMove, VerificationState
from services.models import ReferenceTry, Resident, Township, Verification, blind_index
from services.models.people import name_index_of
from services.notices.people import code_key, code_message
from services.reports.installation import codes_today
from services.reports.people import Case, case_by_reference, has_open_case
from services.rules.codes import clean_code
from services.rules.history import Actor
from services.rules.networks import counted_as
from services.rules.phones import is_mobile
from services.rules.puzzles import PuzzleAsked
from services.rules.references import normalise_reference, shapes
from services.rules.refusal import Refused
from services.rules.text import one_line

USED = "이미 쓴 인증번호입니다. '인증번호 다시 받기'를 눌러 주세요."
FACTS = ("born_on", "address", "township")
PUZZLES_FROM = 0.9  # of VERIFICATION_PER_DAY


# Residents


@in_turn
def find_or_add_resident(
    *, name: str, phone: str, by: Actor, born_on: str = "", address: str = "", township: Township | None = None
) -> Resident:
    """The resident of this name and phone (E.164), with these facts.

    What somebody with the proved phone says replaces what was known. What staff type about a known person fills gaps;
    where something else is known it is kept beside it as a proposal (services.actions.proposals), and a township that
    somebody typed gives them no right. Two requests at the same moment get the same resident.
    """
    name = one_line(name)
    facts: dict[str, Any] = {"born_on": born_on, "address": address, "township": township}
    given = {field: value for field, value in facts.items() if value}
    if township:
        given["township_by_id"] = by.user_id
    resident = _known(name, phone)
    if resident is None:
        try:
            with transaction.atomic():
                resident = Resident.objects.create(name=name, phone=phone, **given)
        except IntegrityError:  # somebody added the same person a moment ago
            resident = _known(name, phone)
            if resident is None:
                raise
        else:
            record(resident, ResidentMove.ADDED, by=by)
            return resident
    changed = {field: value for field, value in given.items() if getattr(resident, field) != value}
    if by.user_id:
        changed = _beside(resident, changed, by=by)
    if changed:
        for field, value in changed.items():
            setattr(resident, field, value)
        resident.save(update_fields=list(changed))
        record(resident, ResidentMove.CHANGED, by=by, reason=", ".join(changed))
    return resident


def _beside(resident: Resident, changed: dict[str, Any], *, by: Actor) -> dict[str, Any]:
    """Propose what contradicts what is known; what fills a gap is given back."""
    against = {name: value for name, value in changed.items() if name in FACTS and getattr(resident, name)}
    if against:
        propose(resident, against, by=by)
    filled = {name: value for name, value in changed.items() if name in FACTS and name not in against}
    return filled | ({"township_by_id": by.user_id} if "township" in filled else {})


def _known(name: str, phone: str) -> Resident | None:
    name_index = name_index_of(name)
    return Resident.objects.select_for_update().with_phone(phone).filter(name_index=name_index).order_by("pk").first()


# Phone codes


@in_turn
def send_code(phone_e164: str, *, address: str, is_solved: bool = False, is_registered: bool = False) -> Verification:
    """Send six digits to this mobile phone; `address` is the visitor's IP address.

    Raises Refused: F04 (landline), F08 (five wrong codes from this address), F09 (limits a phone, address or day);
    PuzzleAsked until `is_solved` (services.actions.puzzles) when the city's codes of today are nearly used up.
    A stranger's tries cost nobody else anything: what is counted against a phone is counted at an address too, and
    the ceilings of a phone over all addresses and of the city spare whoever has an open case, and a number that staff
    have registered (`is_registered`).
    """
    if not is_mobile(phone_e164):
        raise Refused(
            "집 전화로는 문자를 받을 수 없습니다. 인증번호를 문자로 보냅니다. "
            f"휴대전화 번호를 적거나 전화로 신청해 주세요: {settings.SITE_PHONE}",
            field="phone",
        )
    phone_index = blind_index(phone_e164, purpose="phone")
    address_index = blind_index(counted_as(address), purpose="address")
    take_turn("verification")
    _refuse_too_many_codes(phone_index, address_index)
    if not is_registered:
        _spare_the_budget(phone_index, address_index, is_solved=is_solved)
    code = f"{secrets.randbelow(1_000_000):06d}"
    verification = Verification.objects.create(
        phone=phone_e164,
        phone_index=phone_index,
        address_index=address_index,
        code_hash=_code_hash(phone_index, code),
        expires_at=timezone.now() + timedelta(minutes=settings.VERIFICATION_MINUTES),
    )
    notices.post(
        code_message(code),
        once_key=code_key(verification),
        phone=phone_e164,
        expires_at=verification.expires_at,
        is_urgent=True,
    )
    return verification


def _code_hash(phone_index: str, code: str) -> str:
    return blind_index(f"{phone_index}:{code}", purpose="code")


def _refuse_too_many_codes(phone_index: str, address_index: str) -> None:
    now, ask_by_phone = timezone.now(), f"전화로 신청해 주세요: {settings.SITE_PHONE}"
    today = Verification.objects.filter(sent_at__gte=_midnight(now))
    of_phone = today.filter(phone_index=phone_index)
    from_here = of_phone.filter(address_index=address_index)
    blocked_since = now - timedelta(minutes=settings.VERIFICATION_BLOCK_MINUTES)
    if from_here.filter(state=VerificationState.BLOCKED, sent_at__gte=blocked_since).exists():
        raise Refused(_blocked_sentence(), field="phone")
    most = settings.VERIFICATION_PER_PHONE_PER_DAY
    if from_here.count() >= most or (of_phone.count() >= most and not has_open_case(phone_index)):
        raise Refused(
            f"오늘 인증번호를 {most}번 보냈습니다. 한 번호에 하루 {most}번까지 보냅니다. "
            f"내일 다시 하시거나 {ask_by_phone}",
            field="phone",
        )
    last_hour = Verification.objects.filter(sent_at__gte=now - timedelta(hours=1), address_index=address_index)
    if last_hour.count() >= settings.VERIFICATION_PER_ADDRESS_PER_HOUR:
        raise Refused(
            f"이곳에서 인증번호를 여러 번 받아 잠시 멈추었습니다. 한 시간 뒤에 다시 하시거나 {ask_by_phone}",
            field="phone",
        )


def _spare_the_budget(phone_index: str, address_index: str, *, is_solved: bool) -> None:
    """What is left of the city's codes of today is for people; whoever has an open case is asked nothing.

    /readyz warns from BUDGET_IS_SHORT_FROM on. A program that goes through numbers from many addresses meets a puzzle
    at each; an address where somebody has typed a code rightly since yesterday is not new.
    """
    used = codes_today()
    if used < settings.VERIFICATION_PER_DAY * PUZZLES_FROM or has_open_case(phone_index):
        return
    if used >= settings.VERIFICATION_PER_DAY:
        raise Refused(
            "오늘 보낼 수 있는 인증번호를 모두 보냈습니다. "
            f"내일 다시 하시거나 전화로 신청해 주세요: {settings.SITE_PHONE}",
            field="phone",
        )
    passed = Verification.objects.filter(address_index=address_index, state=VerificationState.PASSED)
    if not is_solved and not passed.filter(sent_at__gte=timezone.now() - timedelta(days=1)).exists():
        raise PuzzleAsked


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _blocked_sentence() -> str:
    return (
        "인증번호가 다섯 번 맞지 않아 잠시 멈추었습니다. 다른 사람이 시도하는 것을 막기 위해서입니다. "
        f"{settings.VERIFICATION_BLOCK_MINUTES}분 뒤에 다시 하시거나 전화해 주세요: {settings.SITE_PHONE}"
    )


def check_code(verification_id: int, code: str) -> Verification:
    """The passed verification. A code opens once; each wrong one costs one of five tries, also in parallel.

    Raises Refused: F06 (wrong), F07 (late or used), F08 (five wrong). Must not run inside another transaction:
    a refusal would roll the counted try back.
    """
    digits = clean_code(code)
    if digits:
        _count_try(verification_id)
    verification = Verification.objects.get(pk=verification_id)
    left = settings.VERIFICATION_TRIES - verification.tries
    if digits and hmac.compare_digest(verification.code_hash, _code_hash(verification.phone_index, digits)):
        return _pass(verification)
    if left <= 0:
        _move(verification, VerificationState.BLOCKED)
        raise Refused(_blocked_sentence(), field="code")
    raise Refused(
        f"인증번호가 맞지 않습니다. {left}번 더 적으실 수 있습니다. 문자로 받은 숫자 6개를 다시 확인해 주세요.",
        field="code",
    )


def _count_try(verification_id: int) -> None:
    """Take one try by a conditional update; raises Refused when there is none to take."""
    with transaction.atomic(durable=True):
        open_now = Verification.objects.filter(
            pk=verification_id, state=VerificationState.SENT, expires_at__gt=timezone.now()
        )
        taken = open_now.filter(tries__lt=settings.VERIFICATION_TRIES).update(tries=F("tries") + 1)
    if taken:
        return
    verification = Verification.objects.get(pk=verification_id)
    if verification.state == VerificationState.PASSED:
        raise Refused(USED, field="code")
    if verification.tries >= settings.VERIFICATION_TRIES:
        raise Refused(_blocked_sentence(), field="code")
    raise Refused(
        f"인증번호를 쓸 수 있는 {settings.VERIFICATION_MINUTES}분이 지났습니다. 안전을 위해 시간을 정해 두었습니다. "
        "'인증번호 다시 받기'를 눌러 주세요.",
        field="code",
    )


def _pass(verification: Verification) -> Verification:
    if not _move(verification, VerificationState.PASSED):
        raise Refused(USED, field="code")
    return verification


def _move(verification: Verification, state: VerificationState) -> bool:
    """Conditional move out of SENT; of several requests one wins."""
    sent = Verification.objects.filter(pk=verification.pk, state=VerificationState.SENT)
    moved = sent.update(state=state) == 1
    verification.state = state
    return moved


# One case by its number


def open_by_reference(session: SessionBase, typed: str, last4: str, *, address: str) -> Case:
    """Open the one case of this number and last four digits of the phone for this session.

    Raises Refused (H404r) when there is none or the number was tried too often; every try is counted first.
    """
    reference = normalise_reference(typed)
    last4_index = blind_index(last4, purpose="last4")
    _count_reference_try(reference, address)
    case = case_by_reference(reference, last4_index)
    if case is None:
        raise Refused(
            f"그 번호로 된 신청이 없습니다. 번호를 다시 확인해 주세요. {shapes(timezone.localdate().year)}",
            field="reference",
        )
    access.open_case(session, case, reference, last4_index)
    return case


@transaction.atomic
def _count_reference_try(reference: str, address: str) -> None:
    now = timezone.now()
    reference_index = blind_index(reference, purpose="reference")
    address_index = blind_index(counted_as(address), purpose="address")
    take_turn("reference")
    of_reference = ReferenceTry.objects.filter(reference_index=reference_index, at__gte=now - timedelta(days=1))
    of_address = ReferenceTry.objects.filter(address_index=address_index, at__gte=now - timedelta(hours=1))
    if (
        of_reference.count() >= settings.REFERENCE_TRIES_PER_REFERENCE_PER_DAY
        or of_address.count() >= settings.REFERENCE_TRIES_PER_ADDRESS_PER_HOUR
    ):
        raise Refused(
            f"여러 번 찾아보셔서 잠시 멈추었습니다. 휴대전화 번호로 찾으시거나 전화해 주세요: {settings.SITE_PHONE}",
            field="reference",
        )
    ReferenceTry.objects.create(reference_index=reference_index, address_index=address_index, at=now)
