"""From what was typed to what the action takes: a draft's answers, or the counter's one screen."""

import datetime as dt
from decimal import Decimal
from typing import Any

from services.models import Township
from slate.actions.intake import NewApplication, NewPart
from slate.enums import BuildingKind, ConsentKind, Household, InUse
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
    pages = ("address", "household", "owner", "contact", "consents")
    said = {name: value for page in pages for name, value in answers[page].items()}
    wants_roof = lives_there(answers) and answers.get("roof", {}).get("wants_reroofing") == "yes"
    return _new(said, [new_part(part, programme, wants_roof=wants_roof) for part in answers["parts"]])


def new_at_counter(typed: dict[str, Any], programme: Programme) -> NewApplication:
    """The one screen of the counter, with one part of the roof."""
    said = plain(typed)
    return _new(said, [new_part(said, programme, wants_roof=False)])


def _new(said: dict[str, Any], parts: list[NewPart]) -> NewApplication:
    return NewApplication(
        name=said["name"],
        phone=said["phone"],
        postal_address=said.get("postal_address", ""),
        born_on=said["born_on"],
        township=Township.objects.get(pk=said["township"]),
        address=said["address"],
        household=Household(said["household"]),
        ownership=said["ownership"],
        owner_name=said["owner_name"],
        owner_phone=said["owner_phone"],
        owner_agreed=said["owner_agreed"],
        city_may_verify=said["city_may_verify"] == "yes",
        contact_way=said["contact_way"],
        consents={kind: said[f"consent_{kind}"] == "yes" for kind in ConsentKind.values if said[f"consent_{kind}"]},
        parts=parts,
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
