"""What happens to a row of reference data."""

from services.enums.moves import Move


class RowMove(Move):
    """No row of reference data has states: these only say who wrote what."""

    ADDED = "added", "적음"
    CHANGED = "changed", "고침"
    REMOVED = "removed", "지움"
