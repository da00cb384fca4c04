"""The actor of a change, as a value that history, triggers and logs can carry."""

from dataclasses import dataclass

from services.enums.history import ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: `key` is a user id, a resident id, a job or an API key prefix; `label` holds no resident."""

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

    @property
    def user_id(self) -> int | None:
        return int(self.key) if self.kind == ActorKind.STAFF else None
