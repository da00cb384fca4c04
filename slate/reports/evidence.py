"""What each check of an officer rests on: papers of the case, counted, or what the city looks up itself."""

from collections.abc import Callable
from dataclasses import dataclass

from services.enums.documents import MediaType
from services.models import Document
from slate.enums import CheckItem, Household, Ownership, PaperKind, PhotoKind
from slate.models import Application

SUPPLIED = "supplied"  # kind of the papers that applicants send when they are asked for more


@dataclass(frozen=True, slots=True)
class Evidence:
    """The papers for one check; `needed` of them must be there, `words` say what else it rests on."""

    item: CheckItem
    papers: tuple[Document, ...]
    needed: int
    words: str

    @property
    def is_enough(self) -> bool:
        return len(self.papers) >= self.needed

    @property
    def shown(self) -> str:
        """ "사진 4개: 앞.jpg, 뒤.jpg"; what is missing is said."""
        names = ", ".join(paper.name for paper in self.papers)
        if not self.needed:
            return f"{self.words}, {names}" if names else self.words
        have = f"{len(self.papers)}개: {names}" if names else "없음"
        return f"{self.words} {self.needed}개가 있어야 합니다. 지금 {have}"


def evidence_of(application: Application, household: Household | None = None) -> list[Evidence]:
    """For every check, in their order; `household` is the one about to be saved. One query."""
    papers = list(Document.objects.of(application))
    kept = household or Household(application.household)
    is_owner = application.ownership == Ownership.OWNER
    proof = int(kept in Household.PROVED and not application.city_may_verify)

    def pick(test: Callable[[Document], bool]) -> tuple[Document, ...]:
        return tuple(paper for paper in papers if test(paper))

    photos = pick(_is_photo)
    consents = pick(lambda one: one.kind in (PaperKind.OWNER, SUPPLIED))
    proofs = pick(lambda one: one.kind in (PaperKind.HOUSEHOLD, SUPPLIED))
    return [
        Evidence(CheckItem.OWNER, () if is_owner else consents, int(not is_owner), _owner_words(is_owner=is_owner)),
        Evidence(CheckItem.SLATE, photos, 0, "사진이나 현장"),
        Evidence(CheckItem.NOT_REMOVED, photos, 0, "사진이나 현장"),
        Evidence(CheckItem.NOT_SUPPORTED, (), 0, "지원 기록"),
        Evidence(CheckItem.HOUSEHOLD, proofs if proof else (), proof, "증명서" if proof else "행정정보 조회"),
        Evidence(CheckItem.CONSENTS, (), 0, "신청서의 동의"),
        Evidence(CheckItem.PHOTOS, photos, len(PhotoKind), "사진"),
    ]


def _owner_words(*, is_owner: bool) -> str:
    return "건축물대장과 등기" if is_owner else "건물 주인의 동의서"


def _is_photo(paper: Document) -> bool:
    is_picture = paper.media_type in (MediaType.JPEG, MediaType.PNG)
    return paper.kind in PhotoKind.values or (paper.kind == SUPPLIED and is_picture)
