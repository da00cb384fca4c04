"""Writing down what a resident agreed to or refused, and taking it back."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from services.actions.history import record, subject_of
from services.actions.limits import take_turn
from services.actions.turns import in_turn
from services.enums.consents import ConsentHow, ConsentMove
from services.models import Consent, ConsentText, Resident
from services.rules.consents import ConsentWords
from services.rules.history import Actor
from services.rules.refusal import Refused


def write_consents(
    subject: models.Model,
    answers: Mapping[str, bool],
    words: Mapping[Any, ConsentWords],
    *,
    resident: Resident,
    how: ConsentHow,
) -> list[Consent]:
    """Keep every answer to `words` with the version of its text, inside the verb that makes the case; two queries.

    Raises KeyError for an answer to a text that is not there: nobody can have agreed to it.
    """
    kind_of_case, key = subject_of(subject)
    asked = {str(kind): words[kind] for kind in answers}
    texts = _texts(kind_of_case, asked)
    return Consent.objects.bulk_create(
        Consent(
            subject_kind=kind_of_case,
            subject_id=key,
            resident=resident,
            kind=kind,
            text=texts[kind],
            is_given=is_given,
            how=how,
        )
        for kind, is_given in answers.items()
    )


def _texts(subject_kind: str, asked: Mapping[str, ConsentWords]) -> dict[str, ConsentText]:
    """The version of each text; words that are new become the next one."""
    hashes = {kind: words.sha256 for kind, words in asked.items()}
    known = ConsentText.objects.filter(subject_kind=subject_kind, sha256__in=set(hashes.values()))
    found = {text.kind: text for text in known if hashes.get(text.kind) == text.sha256}
    for kind in sorted(asked.keys() - found.keys()):
        take_turn(f"consent text {subject_kind} {kind}")  # of two who meet new words, the second finds them made
        of_kind = ConsentText.objects.filter(subject_kind=subject_kind, kind=kind).order_by("-version")
        newest = of_kind.first()
        found[kind] = of_kind.filter(sha256=hashes[kind]).first() or ConsentText.objects.create(
            subject_kind=subject_kind,
            kind=kind,
            version=newest.version + 1 if newest else 1,
            words=asked[kind].parts,
            sha256=hashes[kind],
        )
    return found


@in_turn
def withdraw(consent_id: int, *, by: Actor) -> Consent:
    """Take back a consent that was given: in the history of its case, and what rested on it ends (CONSENT_SOURCES).

    A second time changes nothing. Raises Refused when it was never given.
    """
    consent = Consent.objects.get(pk=consent_id)
    case = apps.get_model(consent.subject_kind)._base_manager.select_for_update().get(pk=consent.subject_id)
    consent = Consent.objects.select_for_update().get(pk=consent_id)
    if not consent.is_given:
        raise Refused("동의하지 않으신 것이라 취소할 것이 없습니다.", conflict=True)
    if consent.withdrawn_at:
        return consent
    consent.withdrawn_at = timezone.now()
    consent.save(update_fields=["withdrawn_at"])
    state = getattr(case, "state", "")
    record(case, ConsentMove.WITHDRAWN, by=by, before=state, after=state, reason=consent.text.words["title"])
    for path in settings.CONSENT_SOURCES:
        import_string(path)(consent, by=by)
    return consent
