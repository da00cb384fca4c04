"""What a person wants to talk about and needs on the day, and the consents without which nobody may keep it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from consultations.enums import BookingKind, ConsentKind, Source, Topic
from services.models import Resident
from services.rules.refusal import Refused

NEEDS_HELPER_CONSENT = "상담받는 분이 대신 예약하는 데 동의하셨는지 먼저 적어 주세요."
NEEDS_CONSENT = "동의하지 않으시면 누리집에서는 예약할 수 없습니다. 전화로 물어보세요."


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to talk about and needs on the day; texts are encrypted when stored."""

    kind: BookingKind
    topic: Topic = Topic.UNSURE
    question: str = ""
    other_party: str = ""
    has_lawsuit: bool | None = None
    needs: Sequence[str] = ()
    need_language: str = ""
    consents: Mapping[str, bool] = field(default_factory=dict)
    helper: Resident | None = None
    helper_relation: str = ""
    helper_consent: str = ""  # how the person agreed, where staff write it down, and when (ISO date)
    helper_consent_on: str = ""


def refuse_missing_consents(wish: Wish, source: Source) -> None:
    """On the web the two required consents must be given; staff record them on paper or by voice (PD-01).

    Staff also write down how and when the person agreed to be helped; on the web the person's own phone proves it.
    """
    if source in Source.BY_STAFF and wish.helper and not (wish.helper_consent and wish.helper_consent_on):
        raise Refused(NEEDS_HELPER_CONSENT, field="helper_consent")
    if source in (Source.WEB, Source.HELPER, Source.API):
        for kind in ConsentKind.REQUIRED:
            if not wish.consents.get(kind):
                raise Refused(NEEDS_CONSENT, field=kind)


def with_kept_needs(wish: Wish, source: Source) -> Wish:
    """Needs tell of health: kept with the consent, or when staff noted them at the person's word."""
    return (
        wish
        if source in Source.BY_STAFF or wish.consents.get(ConsentKind.HEALTH)
        else replace(wish, needs=(), need_language="")
    )
