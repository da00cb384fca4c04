"""Who asks for one building: until an officer has found its owner, everybody who says so only claims it."""

from dataclasses import dataclass

from slate.models import Application

NOT_DECIDED = "이 건물을 다른 분도 신청했습니다. 누가 건물 주인인지 확인한 뒤에 정합니다."
OTHER_FIRST = "이 건물은 주인이 확인된 다른 신청을 먼저 봅니다."


@dataclass(frozen=True, slots=True)
class Contest:
    """Others who ask for a building of an application whose own owner is not confirmed."""

    rivals: tuple[Application, ...]

    @property
    def winner(self) -> Application | None:
        """The one whose owner is confirmed; the database lets only one be."""
        return next((one for one in self.rivals if one.owner_confirmed_at), None)

    @property
    def sentence(self) -> str:
        """What each of them reads."""
        return OTHER_FIRST if self.winner else NOT_DECIDED


def contest_of(application: Application) -> Contest | None:
    """None where nobody else asks, or where this application's owner is confirmed. Two queries."""
    if application.owner_confirmed_at or not application.status.is_open:
        return None
    rivals = tuple(Application.objects.rivals_of(application))
    return Contest(rivals) if rivals else None
