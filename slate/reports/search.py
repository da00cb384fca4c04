"""What staff type to find an application: its number or the end of it, name, phone, township, lot."""

import re

from django.db.models import Q

from services.models import Township, blind_index
from services.models.people import name_index_of, village_index_of
from services.rules.phones import parse_phone
from services.rules.references import normalise_reference
from services.rules.refusal import Refused
from services.rules.text import code, unified
from slate import rules
from slate.models.applications import lot_marks

WHAT_FINDS = (
    "접수번호나 그 끝자리, 이름 전체, 전화번호나 뒤 4자리, 읍·면·동, 동·리(만경리), 지번(만경리 12-3)으로 "
    "찾으실 수 있습니다."
)
_SHORTEST = 2  # letters of a township's name


def found_by(typed: str) -> Q:
    """The condition that any reading of the words is met; names, phones and lots are found by their keyed hashes.

    Two queries at most.
    """
    words, digits = unified(typed), code(typed)
    found = Q(reference=normalise_reference(words)) | Q(resident__name_index=name_index_of(words))
    if re.fullmatch(r"[0-9]{1,6}", digits):
        found |= Q(reference__endswith=f"-{int(digits):04d}")
    if re.fullmatch(r"[0-9]{4}", digits):
        found |= Q(resident__last4_index=blind_index(digits, purpose="last4"))
    if phone := _phone(words):
        found |= Q(resident__phone_index=blind_index(phone, purpose="phone"))
    if len(words) >= _SHORTEST:
        found |= Q(township__name__startswith=words)
    if village := village_index_of(words):
        found |= Q(village_index=village)
    if lot := rules.lot_of(words):
        codes = Township.objects.order_by("pk").values_list("code", flat=True)
        found |= Q(lot_index__in={lot_marks(one, lot)["lot_index"] for one in codes})
    return found


def _phone(typed: str) -> str:
    try:
        return parse_phone(typed)
    except Refused:
        return ""
