"""What the people behind one phone have agreed to."""

from services.models import Consent
from services.models.consents import ConsentQuerySet
from services.reports.people import residents_of


def consents_of(phone_index: str) -> ConsentQuerySet:
    """Given and not taken back, case by case, with the words they were given to. One query when it is read."""
    given = Consent.objects.in_force().filter(resident__in=residents_of(phone_index))
    return given.select_related("text").order_by("subject_kind", "-subject_id", "pk")
