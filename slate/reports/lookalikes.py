"""Applications that may be for the same building or of the same person: said early to people, shown to staff."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from services.models import Township, User, blind_index
from slate import rules
from slate.enums import ApplicationState
from slate.models import Application, BuildingPart, Programme
from slate.models.applications import lot_marks

MOST = 20
NEIGHBOURS = (-1, 1)


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Another application and why an officer should look at it."""

    application: Application
    why: str


def taken_by(fingerprints: Iterable[str], programme: Programme) -> Application | None:
    """The application that holds one of these buildings this year."""
    parts = BuildingPart.objects.filter(programme=programme, fingerprint__in=list(fingerprints), is_live=True)
    part = parts.select_related("application__programme").order_by("pk").first()
    return part.application if part else None


def taken_sentence(holder: Application) -> str:
    """What is said about a building that is taken, and what to do."""
    return (
        f"이 건물은 이미 신청되어 있습니다(접수번호 {holder.reference}). 한 건물에 신청은 하나만 받습니다. "
        "내신 신청이면 '내 신청 확인'에서 보시고, 다른 건물이거나 모르는 신청이면 전화해 주세요: "
        f"{holder.programme.phone}"
    )


def at_same_lot(township: Township, address: str, programme: Programme) -> Application | None:
    """The first open application for the lot that this address names, whatever kind of building it is."""
    mark = lot_marks(township.code, rules.lot_of(address))["lot_index"]
    rows = Application.objects.filter(programme=programme, lot_index=mark).exclude(state__in=ApplicationState.DEAD)
    return rows.select_related("programme").order_by("pk").first() if mark else None


def lookalikes(application: Application, user: User) -> list[LookAlike]:
    """Others that `user` may see at the same lot, next to it, or of the same person; nearest first. Three queries."""
    lot, code = rules.lot_of(application.lot), application.township.code
    rivals = set(Application.objects.rivals_of(application).values_list("pk", flat=True))
    same, block = Q(resident=application.resident_id) | Q(pk__in=rivals), {application.block_index}
    if lot is not None:
        beside = [rules.block_key(code, lot, step) for step in NEIGHBOURS if lot.main + step > 0]
        block |= {blind_index(key, purpose="block") for key in beside}
        same |= Q(block_index__in=block)
    rows = (
        Application.objects.seen_by(user)
        .filter(same)
        .exclude(pk=application.pk)
        .select_related("township", "programme")
    )
    found = [LookAlike(row, _why(row, application, rivals)) for row in rows.order_by("-pk")[:MOST]]
    return sorted(found, key=lambda one: (one.application.pk not in rivals, "같은 지번" not in one.why))


def _why(row: Application, application: Application, rivals: set[int]) -> str:
    words = []
    if row.pk in rivals:
        words.append("같은 건물")
    elif row.lot_index and row.lot_index == application.lot_index:
        words.append("같은 지번")
    elif row.block_index and row.block_index == application.block_index:
        words.append("같은 본번")
    elif row.resident_id != application.resident_id:
        words.append("옆 지번")
    if row.resident_id == application.resident_id:
        words.append("같은 분")
    return ", ".join(words)
