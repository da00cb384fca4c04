"""The actor of a change, as a value that history, triggers and logs can carry."""

from dataclasses import dataclass

from services.enums.history import ActorKind
from services.rules.refusal import Refused


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: `key` is an id, a job or an API key prefix; `label` holds no resident."""

    kind: ActorKind
    key: str
    label: str

    @classmethod
    def staff(cls, user_id: int, label: str) -> "Actor":
        return cls(ActorKind.STAFF, str(user_id), label)

    @classmethod
    def resident(cls, resident_id: int | str) -> "Actor":
        return cls(ActorKind.RESIDENT, str(resident_id), "시민")

    @classmethod
    def system(cls, job: str) -> "Actor":
        return cls(ActorKind.SYSTEM, job, "자동")

    @classmethod
    def api_key(cls, prefix: str) -> "Actor":
        return cls(ActorKind.API_KEY, prefix, "연결된 장치")

    @classmethod
    def link(cls, link_id: int, label: str) -> "Actor":
        """Somebody without an account who works by a link of that id; `label` says who was given it."""
        return cls(ActorKind.LINK, str(link_id), label)

    @property
    def user_id(self) -> int | None:
        return int(self.key) if self.kind == ActorKind.STAFF else None

    @property
    def staff_id(self) -> int:
        """The member of staff who acts. Raises Refused for anybody else: what is signed needs a name."""
        if self.user_id is None:
            raise Refused("담당자만 할 수 있습니다. 담당자로 로그인해 주세요.")
        return self.user_id
