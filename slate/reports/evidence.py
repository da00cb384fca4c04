"""What each check of an officer rests on: papers and consents of the case, or where and when it was looked up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone

from services.enums.documents import MediaType
from services.models import Consent, Document
from services.rules.korean import date_letter
from slate.enums import CheckItem, ConsentKind, Household, Ownership, PaperKind, PhotoKind, RefusalReason
from slate.models import Application

SUPPLIED = "supplied"  # kind of the papers that applicants send when they are asked for more
REGISTERS = "건축물대장이나 등기"
LOOKED_UP = (CheckItem.OWNER, CheckItem.SLATE, CheckItem.NOT_REMOVED, CheckItem.NOT_SUPPORTED, CheckItem.HOUSEHOLD)
"""Checks that may rest on a look-up: in a register, in the records, on the site."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Where an officer looked something up, on which day, and the number of what they got there."""

    where: str = ""
    on: date | None = None
    number: str = ""

    @property
    def is_whole(self) -> bool:
        return bool(self.where and self.on)

    @property
    def shown(self) -> str:
        on = date_letter(self.on) if self.on else ""
        return " ".join(filter(None, [self.where, on, f"번호 {self.number}" if self.number else ""]))

    def as_json(self) -> dict[str, str]:
        return {"where": self.where, "on": self.on.isoformat() if self.on else "", "number": self.number}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is there for one check: papers, consents, a look-up; `lacking` says what is missing, or is empty."""

    item: CheckItem
    papers: tuple[Document, ...] = ()
    consents: tuple[Consent, ...] = ()
    look_up: LookUp = LookUp()
    lacking: str = ""

    @property
    def is_registered(self) -> bool:
        """Whether a register says it: as a paper of the case, or looked up, with its number."""
        has_paper = any(paper.kind == PaperKind.REGISTER for paper in self.papers)
        return has_paper or bool(self.look_up.is_whole and self.look_up.number)

    @property
    def shown(self) -> str:
        """ "앞.jpg, 뒤.jpg, 건축물대장 2026. 11. 29.(일) 번호 12"; what is missing is said."""
        there = [paper.name for paper in self.papers]
        there += [f"{consent.get_how_display()} 동의 {len(self.consents)}가지" for consent in self.consents[:1]]
        there += [self.look_up.shown] if self.look_up.is_whole else []
        return " ".join(filter(None, [", ".join(there), self.lacking]))

    def kept_words(self, application: Application) -> str:
        """What the tick was made on, once it was; a paper that has gone since is not named."""
        kept = application.evidence.get(self.item)
        if kept is None:
            return ""
        papers = tuple(one for one in self.papers if one.pk in kept["papers"])
        consents = tuple(one for one in self.consents if one.pk in kept.get("consents", []))
        return replace(self, papers=papers, consents=consents, lacking="").shown

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the tick: ids of papers and consents, and the look-up."""
        kept: dict[str, Any] = {"papers": [paper.pk for paper in self.papers]}
        if self.consents:
            kept["consents"] = [consent.pk for consent in self.consents]
        if self.look_up.is_whole:
            kept["look_up"] = self.look_up.as_json()
        return kept


def evidence_of(
    application: Application,
    household: Household | None = None,
    look_ups: Mapping[CheckItem, LookUp] | None = None,
) -> list[Evidence]:
    """For every check, in their order; `household` and `look_ups` are those about to be saved. Two queries."""
    papers = list(Document.objects.of(application))
    found = look_ups if look_ups is not None else look_ups_of(application)

    def pick(test: Callable[[Document], bool]) -> tuple[Document, ...]:
        return tuple(paper for paper in papers if test(paper))

    photos = pick(_is_photo)
    registers = pick(lambda one: one.kind == PaperKind.REGISTER)
    consents = pick(lambda one: one.kind in (PaperKind.OWNER, SUPPLIED))
    proofs = pick(lambda one: one.kind in (PaperKind.HOUSEHOLD, SUPPLIED))
    kept = household or Household(application.household)
    return [
        _owner(application, registers, consents, found.get(CheckItem.OWNER, LookUp())),
        *(_seen(item, photos, found.get(item, LookUp())) for item in (CheckItem.SLATE, CheckItem.NOT_REMOVED)),
        _supported(found.get(CheckItem.NOT_SUPPORTED, LookUp())),
        _household(application, kept, proofs, found.get(CheckItem.HOUSEHOLD, LookUp())),
        _consents(application),
        Evidence(CheckItem.PHOTOS, photos, lacking=_photos_lacking(len(photos))),
    ]


def look_ups_of(application: Application) -> dict[CheckItem, LookUp]:
    """What was looked up for the checks that are kept."""
    found = {}
    for item in CheckItem:
        if one := application.evidence.get(item, {}).get("look_up"):
            found[item] = LookUp(one["where"], date.fromisoformat(one["on"]), one["number"])
    return found


def refuted_owner(application: Application) -> bool:
    """Whether evidence lies with the case that somebody else is the owner."""
    return RefusalReason.NOT_OWNER in application.evidence


def _owner(
    application: Application, registers: tuple[Document, ...], consents: tuple[Document, ...], found: LookUp
) -> Evidence:
    """Who says to be the owner, and who brings an owner's consent: both are held against the register."""
    is_owner, lacking = application.ownership == Ownership.OWNER, []
    there = Evidence(CheckItem.OWNER, registers + (() if is_owner else consents), look_up=found)
    if not there.is_registered:
        lacking.append(f"{REGISTERS}를 올리거나, 찾아본 곳과 날과 번호를 모두 적어야 합니다.")
    if not is_owner and not consents:
        lacking.append("건물 주인의 동의서 1개가 있어야 합니다. 지금 없음.")
    return replace(there, lacking=" ".join(lacking))


def _seen(item: CheckItem, photos: tuple[Document, ...], found: LookUp) -> Evidence:
    is_there = photos or found.is_whole
    return Evidence(
        item, photos, look_up=found, lacking="" if is_there else "사진이 있거나, 찾아간 곳과 날을 적어야 합니다."
    )


def _supported(found: LookUp) -> Evidence:
    lacking = "" if found.is_whole else "어느 지원 기록을 언제 찾아보았는지 적어야 합니다."
    return Evidence(CheckItem.NOT_SUPPORTED, look_up=found, lacking=lacking)


def _household(
    application: Application, household: Household, proofs: tuple[Document, ...], found: LookUp
) -> Evidence:
    """A household with priority is proved by a paper, or by a look-up where the applicant allows one."""
    if household not in Household.PROVED:
        said = LookUp("신청서에 적은 가구", timezone.localdate(application.submitted_at))
        return Evidence(CheckItem.HOUSEHOLD, look_up=found if found.is_whole else said)
    if proofs or (application.city_may_verify and found.is_whole):
        lacking = ""
    elif application.city_may_verify:
        lacking = "증명서를 올리거나, 행정정보를 찾아본 곳과 날을 적어야 합니다."
    else:
        lacking = "증명서 1개가 있어야 합니다. 지금 없음."
    return Evidence(CheckItem.HOUSEHOLD, proofs, look_up=found, lacking=lacking)


def _consents(application: Application) -> Evidence:
    """Those that were given and not taken back."""
    given = list(Consent.objects.of(application).in_force())
    missing = [ConsentKind(kind).label for kind in ConsentKind.REQUIRED if kind not in {one.kind for one in given}]
    lacking = f"동의를 거두셨습니다: {', '.join(str(label) for label in missing)}." if missing else ""
    return Evidence(CheckItem.CONSENTS, consents=tuple(given), lacking=lacking)


def _photos_lacking(number: int) -> str:
    needed = len(PhotoKind)
    return "" if number >= needed else f"사진 {needed}개가 있어야 합니다. 지금 {f'{number}개' if number else '없음'}."


def _is_photo(paper: Document) -> bool:
    is_picture = paper.media_type in (MediaType.JPEG, MediaType.PNG)
    return paper.kind in PhotoKind.values or (paper.kind == SUPPLIED and is_picture)
