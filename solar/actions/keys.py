"""Keys of loggers: made for one plant, changed without a gap, cut off at once."""

from datetime import timedelta

from django.utils import timezone

from services.actions.history import record
from services.actions.moves import lock, note
from services.actions.turns import in_turn
from services.rules.history import Actor
from services.rules.refusal import Refused
from solar.enums import KeyMove
from solar.models import ApiKey

OVERLAP = timedelta(days=7)  # both keys work: somebody has to drive to the roof


@in_turn
def add_key(plant_id: int, name: str, *, by: Actor) -> tuple[ApiKey, str]:
    """A new key of a plant, and its secret, which is shown once."""
    secret, prefix, key_hash = ApiKey.new_secret()
    key = ApiKey.objects.create(plant_id=plant_id, name=name, prefix=prefix, key_hash=key_hash)
    record(key, KeyMove.ADDED, by=by, after=prefix)
    return key, secret


@in_turn
def rotate_key(key_id: int, *, by: Actor) -> tuple[ApiKey, str]:
    """A new key of the same plant and name; the old one ends after OVERLAP. Raises Refused when it has ended."""
    old = lock(ApiKey.objects.all(), key_id)
    if old.revoked_at is not None:
        raise Refused("이미 끊었거나 바꾼 열쇠입니다. 새 열쇠를 만들어 주세요.", conflict=True)
    new, secret = add_key(old.plant_id, old.name, by=by)
    note(old, KeyMove.ROTATED, by=by, reason=f"새 열쇠 {new.prefix}", revoked_at=timezone.now() + OVERLAP)
    return new, secret


@in_turn
def revoke_key(key_id: int, *, by: Actor, reason: str) -> ApiKey:
    """No reading with this key any more. Raises Refused when it has ended already."""
    key = lock(ApiKey.objects.all(), key_id)
    if not key.is_valid:
        raise Refused("이미 끊은 열쇠입니다.", conflict=True)
    return note(key, KeyMove.REVOKED, by=by, reason=reason, revoked_at=timezone.now())
