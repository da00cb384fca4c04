"""From what was typed to what the action takes: a draft's answers, or the counter's one screen."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from services.forms.steps import Answers, plain
from services.models import Township
from slate.actions.intake import NewApplication, NewPart
from slate.enums import BuildingKind, ConsentKind, Household, InUse
from slate.models import Programme


def new_from(said: Answers, programme: Programme) -> NewApplication:
    """What was said on the steps as the action takes it."""
    wants_roof = said.get("wants_reroofing") == "yes"
    parts = [new_part(part, programme, wants_roof=wants_roof) for part in said["parts"]]
    return _new(said, parts, said["consents"])


def new_at_counter(typed: dict[str, Any], more: Sequence[dict[str, Any]], programme: Programme) -> NewApplication:
    """The one screen of the counter; `more` are the further parts of the roof."""
    said = {name: plain(value) for name, value in typed.items()}
    parts = [said, *({name: plain(value) for name, value in one.items()} for one in more)]
    consents = {kind: said[f"consent_{kind}"] == "yes" for kind in ConsentKind.values if said[f"consent_{kind}"]}
    wants_roof = said["wants_reroofing"] == "yes"
    made = _new(said, [new_part(part, programme, wants_roof=wants_roof) for part in parts], consents)
    return replace(made, paper_on=typed["paper_on"])


def _new(said: Answers, parts: list[NewPart], consents: dict[str, bool]) -> NewApplication:
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
        city_may_verify=consents.get(ConsentKind.LOOKUP, False),
        contact_way=said["contact_way"],
        consents=consents,
        parts=parts,
    )


def new_part(part: Answers, programme: Programme, *, wants_roof: bool) -> NewPart:
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
