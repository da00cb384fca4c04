"""From what was typed to what the action takes: a draft's answers, or the counter's one screen."""

import datetime as dt
from decimal import Decimal
from typing import Any

from services.models import Township
from slate.actions import NewApplication, NewPart
from slate.enums import BuildingKind, Household, InUse
from slate.models import Programme


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Cleaned data as JSON keeps it."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Township):
        return value.pk
    if isinstance(value, (dt.date, Decimal)):
        return str(value)
    return value


def lives_there(answers: dict[str, Any]) -> bool:
    """A new roof is only for a house in which people live (A4)."""
    parts = answers.get("parts", [])
    return any(part["kind"] == BuildingKind.HOUSE and part["in_use"] == InUse.LIVED_IN for part in parts)


def new_from(answers: dict[str, Any], programme: Programme) -> NewApplication:
    """The draft's answers as the action takes them."""
    address, household, owner = answers["address"], answers["household"], answers["owner"]
    contact, consents = answers["contact"], answers["consents"]
    wants_roof = lives_there(answers) and answers.get("roof", {}).get("wants_reroofing") == "yes"
    return NewApplication(
        name=contact["name"],
        phone=contact["phone"],
        postal_address=contact.get("postal_address", ""),
        born_on=contact["born_on"],
        township=Township.objects.get(pk=address["township"]),
        address=address["address"],
        household=Household(household["household"]),
        ownership=owner["ownership"],
        owner_name=owner["owner_name"],
        owner_phone=owner["owner_phone"],
        owner_agreed=owner["owner_agreed"],
        city_may_verify=household["city_may_verify"] == "yes",
        contact_way=contact["contact_way"],
        consent_collect=consents["consent_collect"] == "yes",
        consent_lookup=consents["consent_lookup"] == "yes",
        consent_contractor=consents["consent_contractor"] == "yes",
        consent_electronic=consents["consent_electronic"] == "yes",
        parts=[new_part(part, programme, wants_roof=wants_roof) for part in answers["parts"]],
    )


def new_part(part: dict[str, Any], programme: Programme, *, wants_roof: bool) -> NewPart:
    is_home = part["kind"] == BuildingKind.HOUSE and part["in_use"] == InUse.LIVED_IN
    return NewPart(
        kind=part["kind"],
        in_use=part["in_use"],
        in_register=part["in_register"],
        slate_place=part["slate_place"],
        is_overlaid=part["is_overlaid"],
        area_m2=Decimal(part["area_m2"] or programme.default_area_m2),
        is_area_guessed=part["is_area_guessed"],
        built_year=part["built_year"],
        wants_reroofing=is_home and wants_roof,
    )
