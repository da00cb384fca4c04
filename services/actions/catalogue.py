"""Changing what the catalogue and today's notices say."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from services.actions.constraints import friendly
from services.actions.history import record
from services.enums.catalogue import AnnouncementMove, ServicePageMove
from services.models import Announcement, ServicePage, User
from services.rules.history import Actor
from services.rules.refusal import Refused

PAGE_CONSTRAINTS = ("service_page_period_in_order", "service_page_period_has_days")


@transaction.atomic
def edit_service_page(page_id: int, *, version: int, by: Actor, **facts: Any) -> ServicePage:
    """Write new facts on a page; nothing changes when all are as before.

    Raises Refused(conflict) when somebody wrote since `version` was read, or a promise of the table would break.
    """
    page = ServicePage.objects.select_for_update().get(pk=page_id)
    if page.version != version:
        raise Refused(
            "다른 담당자가 먼저 고쳤습니다. 먼저 고친 내용을 덮어쓰지 않습니다. 달라진 곳을 보고 다시 저장해 주세요.",
            conflict=True,
        )
    changed = [field for field, value in facts.items() if getattr(page, field) != value]
    if not changed:
        return page
    for field in changed:
        setattr(page, field, facts[field])
    page.version, page.updated_at = version + 1, timezone.now()
    with friendly(*PAGE_CONSTRAINTS):
        page.save()
    labels = ", ".join(str(ServicePage._meta.get_field(field).verbose_name) for field in changed)  # type: ignore[union-attr]
    record(page, ServicePageMove.EDITED, by=by, reason=labels)
    return page


@transaction.atomic
def announce(*, text: str, shown_from: date, shown_until: date, page: ServicePage | None, user: User) -> Announcement:
    """Show a notice on the first page on these days. Raises Refused when the days are in the wrong order."""
    with friendly("announcement_days_in_order"):
        notice = Announcement.objects.create(
            text=text, shown_from=shown_from, shown_until=shown_until, page=page, by=user
        )
    record(notice, AnnouncementMove.ANNOUNCED, by=user.actor, reason=text)
    return notice


@transaction.atomic
def end_announcement(announcement_id: int, *, by: Actor) -> None:
    """Take a notice off the first page now; one that was never shown disappears, both leave their history."""
    notice = Announcement.objects.select_for_update().get(pk=announcement_id)
    yesterday = timezone.localdate() - timedelta(days=1)
    if notice.shown_until <= yesterday:
        raise Refused("이미 끝난 알림입니다.")
    record(notice, AnnouncementMove.ENDED, by=by, reason=notice.text)
    if notice.shown_from > yesterday:
        notice.delete()
    else:
        notice.shown_until = yesterday
        notice.save(update_fields=["shown_until"])
