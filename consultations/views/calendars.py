"""An adviser's calendar address: a calendar program reads it without logging in."""

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from consultations.actions import calendars
from consultations.models import CalendarFeed
from consultations.reports.calendars import feed_of
from services.views.requests import PortalRequest

GONE = "이 달력 주소는 쓰지 않습니다. 새 주소는 업무 화면의 내 달력이나 상담 담당자에게서 받으실 수 있습니다.\n"


@require_safe
def calendar_feed(request: PortalRequest, token: str) -> HttpResponseBase:
    """The consultations of the adviser behind this address; 304 for who has them already."""
    open_feeds = CalendarFeed.objects.filter(revoked_at__isnull=True).select_related("adviser")
    feed = open_feeds.filter(token_hash=CalendarFeed.hash_of(token)).first()
    if feed is None:
        return HttpResponse(GONE, status=404, content_type="text/plain; charset=utf-8")
    content = feed_of(feed)
    feed = calendars.note_reading(feed, content)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="gimje.ics"'
    etag, changed = quote_etag(feed.content_hash[:32]), int(feed.changed_at.timestamp())
    found = get_conditional_response(request, etag=etag, last_modified=changed, response=response) or response
    found["ETag"] = etag
    found["Cache-Control"] = "private, no-cache"
    found["X-Robots-Tag"] = "noindex"
    if "Last-Modified" not in found:
        found["Last-Modified"] = http_date(changed)
    return found
