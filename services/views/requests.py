"""The request as every page of the portal gets it: who asks, and from where."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from services.models import User
from services.rules.history import Actor


class PortalRequest(HttpRequest):
    """What the middleware adds to a request. Only its type: the object itself is made by Django."""

    user: User | AnonymousUser
    resident_phone_index: str  # the phone that was verified in this session, or an empty text
    address: str  # the visitor's IP address, or an empty text when unknown


def staff_of(request: PortalRequest) -> User:
    """The member of staff who asks. The rights matrix lets nobody else come to a staff page."""
    if isinstance(request.user, User):
        return request.user
    msg = "A staff page without a member of staff."
    raise TypeError(msg)


def actor_of(request: PortalRequest) -> Actor:
    """Whom the history names: staff, a resident with a verified phone, or an unverified visitor."""
    if isinstance(request.user, User):
        return request.user.actor
    return Actor.resident("phone" if request.resident_phone_index else "visitor")
