"""An adviser's secret calendar address: made, changed, ended; and noting that a program has read it."""

import hashlib
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from consultations.enums import CalendarFeedMove
from consultations.models import CalendarFeed
from services.actions import moves
from services.actions.history import record
from services.actions.turns import in_turn
from services.rules.history import Actor
from services.rules.refusal import Refused

NOTED_EVERY = timedelta(hours=1)  # programs ask every few minutes; one write an hour says enough


@in_turn
def renew_feed(adviser_id: int, *, by: Actor) -> str:
    """A new address for this adviser; an old one ends at once. Returns its secret part, which is never seen again."""
    token, token_hash = CalendarFeed.new_token()
    now = timezone.now()
    fresh: dict[str, Any] = {"token_hash": token_hash, "made_at": now, "changed_at": now, "content_hash": ""}
    feed, is_new = CalendarFeed.objects.select_for_update().get_or_create(adviser_id=adviser_id, defaults=fresh)
    if is_new:
        record(feed, CalendarFeedMove.MADE, by=by)
    else:
        moves.note(feed, CalendarFeedMove.RENEWED, by=by, revoked_at=None, last_read_at=None, **fresh)
    return token


@in_turn
def revoke_feed(adviser_id: int, *, by: Actor) -> CalendarFeed:
    """End the address. Raises Refused when there is none."""
    feed = CalendarFeed.objects.select_for_update().filter(adviser=adviser_id, revoked_at__isnull=True).first()
    if feed is None:
        raise Refused("쓰고 있는 달력 주소가 없습니다.", conflict=True)
    return moves.note(feed, CalendarFeedMove.REVOKED, by=by, revoked_at=timezone.now())


def note_reading(feed: CalendarFeed, content: bytes) -> CalendarFeed:
    """Keep when the content changed, by its hash, and about when it was read. No case changes, so nobody acts."""
    digest, now = hashlib.sha256(content).hexdigest(), timezone.now()
    rows = CalendarFeed.objects.filter(pk=feed.pk)
    if feed.content_hash != digest:
        feed.content_hash, feed.changed_at = digest, now
        rows.update(content_hash=digest, changed_at=now)
    long_ago = Q(last_read_at__isnull=True) | Q(last_read_at__lt=now - NOTED_EVERY)
    if rows.filter(long_ago).update(last_read_at=now):
        feed.last_read_at = now
    return feed
