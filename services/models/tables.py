"""Reference data that staff keep without code: venues, rates, plants and the like."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models

from services.enums.moves import Move
from services.enums.tables import RowMove


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a row stays as it is, because something was decided by it; no names mean the whole row."""

    why: str
    names: frozenset[str] = frozenset()

    def holds(self, name: str) -> bool:
        return not self.names or name in self.names


class TableRow(models.Model):
    """A row that staff add and change on pages of services/staff_views/tables.py.

    Rules about several rows belong into `clean`: the verbs run it while nobody else writes into the same table.
    """

    moves: ClassVar[type[Move]] = RowMove
    hushed: ClassVar[frozenset[str]] = frozenset()  # fields whose values the history does not repeat

    class Meta:
        abstract = True

    def kept(self) -> Kept | None:
        """What may not change any more, and why. None: nothing rests on the row, which may even be removed."""
        return None

    def held(self) -> str:
        """Why the row may not be removed; empty when it may."""
        kept = self.kept()
        return kept.why if kept else ""

    def clean_many(self, many: Mapping[str, Sequence[Any]]) -> None:
        """Like `clean`, with the rows that many-to-many fields are about to hold. Raises ValidationError."""

    def digest(self, names: Iterable[str]) -> str:
        """A short name for what these fields say now: shows whether somebody changed them since a page was opened."""
        facts = "\x1f".join(f"{name}={self._said(name)}" for name in sorted(names))
        return hashlib.sha256(facts.encode()).hexdigest()[:32]

    def _said(self, name: str) -> str:
        field = self._meta.get_field(name)
        if isinstance(field, models.ManyToManyField):
            return ",".join(str(pk) for pk in sorted(getattr(self, name).values_list("pk", flat=True)))
        return str(field.value_from_object(self)) if isinstance(field, models.Field) else ""
