"""Public pages under a rush: one rendering serves everybody without a session, for a few seconds."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags, quote_etag

from services.rules.display import Display
from services.views.requests import PortalRequest

MOST_PAGES = 400  # of this process; an address that nobody asked for lately goes first
P = ParamSpec("P")
View = Callable[Concatenate[PortalRequest, P], HttpResponse]


class _Shelf:
    """Finished pages by address and look, with the second they were made; safe for several threads."""

    def __init__(self) -> None:
        self.pages: OrderedDict[tuple[str, ...], tuple[float, HttpResponse]] = OrderedDict()
        self.lock = Lock()

    def get(self, key: tuple[str, ...]) -> HttpResponse | None:
        with self.lock:
            made_at, page = self.pages.get(key, (0.0, None))
            if page is None or time.monotonic() - made_at >= settings.PUBLIC_PAGE_SECONDS:
                return None
            self.pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: HttpResponse) -> None:
        with self.lock:
            self.pages[key] = time.monotonic(), page
            self.pages.move_to_end(key)
            while len(self.pages) > MOST_PAGES:
                self.pages.popitem(last=False)


SHELF = _Shelf()


def shared_page(view: View[P]) -> View[P]:
    """A page that says the same to everybody, PUBLIC_PAGE_SECONDS old at most, with an ETag.

    Visitors with a session or a waiting message get a page of their own, and so see at once what they changed; so
    does everybody while the setting is 0. The page must not read the session, and may hold no form with a token.
    """

    @wraps(view)
    def decorated(request: PortalRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        own = {settings.SESSION_COOKIE_NAME, "messages"} & set(request.COOKIES)
        if request.method not in ("GET", "HEAD") or own or not settings.PUBLIC_PAGE_SECONDS:
            return view(request, *args, **kwargs)
        look = Display.from_cookies(request.COOKIES)
        key = (request.get_host(), request.get_full_path(), look.size, str(look.high_contrast))
        page = SHELF.get(key)
        if page is None:
            page = view(request, *args, **kwargs)
            if page.status_code != 200 or page.cookies or page.streaming:
                return page
            page["ETag"] = quote_etag(hashlib.blake2b(page.content, digest_size=16).hexdigest())
            page["Cache-Control"] = f"public, max-age={settings.PUBLIC_PAGE_SECONDS}"
            SHELF.put(key, page)
        return _answer(request, page)

    return decorated


def _answer(request: PortalRequest, page: HttpResponse) -> HttpResponse:
    """A copy for this visitor (middleware writes into it), or 304 when they have it already."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    is_known = page["ETag"] in [etag.removeprefix("W/") for etag in known]
    copy = HttpResponse(b"" if is_known else page.content, status=304 if is_known else 200, headers=dict(page.headers))
    patch_vary_headers(copy, ["Cookie"])
    return copy
