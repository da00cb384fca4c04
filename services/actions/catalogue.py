"""Changing what the catalogue and today's notices say."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from services.actions.constraints import friendly
from services.actions.history import record
from services.actions.moves import lock
from services.actions.turns import in_turn
from services.enums.catalogue import AnnouncementMove, ServicePageMove
from services.models import Announcement, ServicePage
from services.rules.history import Actor
from services.rules.refusal import Refused

PAGE_CONSTRAINTS = ("service_page_period_in_order", "service_page_period_has_days")


@in_turn
def edit_service_page(page_id: int, *, by: Actor, version: int | None = None, **facts: Any) -> ServicePage:
    """Write new facts on a page; nothing changes when all are as before.

    Raises Refused(conflict) when somebody wrote since `version` was read, or a promise of the table would break.
    """
    page = lock(ServicePage.objects, page_id, version=version)
    changed = [field for field, value in facts.items() if getattr(page, field) != value]
    if not changed:
        return page
    labels = ", ".join(str(ServicePage._meta.get_field(field).verbose_name) for field in changed)  # type: ignore[union-attr]
    for field in changed:
        setattr(page, field, facts[field])
    page.version, page.updated_at = page.version + 1, timezone.now()
    with friendly(*PAGE_CONSTRAINTS):
        page.save()  # not an UPDATE: the letters for the search are made anew
    record(page, ServicePageMove.EDITED, by=by, reason=labels)
    return page


@in_turn
def announce(*, text: str, shown_from: date, shown_until: date, page: ServicePage | None, by: Actor) -> Announcement:
    """Show a notice on the first page on these days. Raises Refused when the days are in the wrong order."""
    with friendly("announcement_days_in_order"):
        notice = Announcement.objects.create(
            text=text, shown_from=shown_from, shown_until=shown_until, page=page, by_id=by.user_id
        )
    record(notice, AnnouncementMove.ANNOUNCED, by=by, reason=text)
    return notice


@in_turn
def end_announcement(announcement_id: int, *, by: Actor) -> Announcement:
    """Take a notice off the first page now; one that was never shown disappears, both leave their history."""
    notice = lock(Announcement.objects, announcement_id)
    yesterday = timezone.localdate() - timedelta(days=1)
    if notice.shown_until <= yesterday:
        raise Refused("이미 끝난 알림입니다.")
    record(notice, AnnouncementMove.ENDED, by=by, reason=notice.text)
    if notice.shown_from > yesterday:
        notice.delete()
    else:
        notice.shown_until = yesterday
        notice.save(update_fields=["shown_until"])
    return notice
