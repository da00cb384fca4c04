"""What happens to a row, named once: history, timelines, guards and the database's refusal all read this."""

from collections.abc import Iterator, Mapping

from django.db import models


class Move(models.TextChoices):
    """Base of one enum a case model: the value stands in the history, the label in the timeline.

    `PATHS` (an `enum.nonmember`) gives each move that changes the state its paths, {from: to}; a move that is not in
    it leaves the state alone, and one that leads back to where it started may be made only there. `STARTS` gives the
    states of a new row where there is more than the field's default. A model names its enum in `moves`, and its
    trigger takes `Moves.transitions()`.
    """

    @classmethod
    def paths(cls) -> Mapping[str, Mapping[str, str]]:
        return getattr(cls, "PATHS", {})

    @classmethod
    def starts(cls) -> frozenset[str]:
        return frozenset(getattr(cls, "STARTS", ()))

    @classmethod
    def transitions(cls) -> list[tuple[str, str]]:
        """Every allowed (from, to) that changes the state, once and sorted, for pgtrigger.FSM."""
        pairs = {pair for path in cls.paths().values() for pair in path.items()}
        return sorted((old, new) for old, new in pairs if old != new)

    def target(self, state: str) -> str | None:
        """Where this move leads from `state`; None if it may not be made there."""
        return self.paths().get(self.value, {}).get(state)

    @classmethod
    def open_from(cls, state: str) -> "Iterator[Move]":
        """The moves that may be made from `state`, in the order of the enum."""
        return (one for one in cls if one.target(state) is not None)


def to(target: str, *froms: str) -> dict[str, str]:
    """Paths of one move that always leads to `target`."""
    return dict.fromkeys(sorted(froms), target)
