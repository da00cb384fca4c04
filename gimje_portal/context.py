"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from services.rules.display import Display


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, telephone and kind."""
    return {
        "site_name": settings.SITE_NAME,
        "site_phone": settings.SITE_PHONE,
        "site_address": settings.SITE_ADDRESS,
        "is_official_site": settings.OFFICIAL_SITE,
        "is_demo": settings.DEMO,
        "display": Display.from_cookies(request.COOKIES),
    }
