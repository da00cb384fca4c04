"""What may happen to a report that is frozen."""

from services.enums.moves import Move


class ReportMove(Move):
    ISSUED = "issued", "보고서 만듦"
    CORRECTED = "corrected", "정정본 만듦"
