"""A report before it is frozen: one value from which page, PDF and spreadsheet are made, cell by cell the same."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import xlsxwriter

from services.reports.sheets import write_cell

Cell = str | int
SHEET_NAME = 31  # characters that a spreadsheet allows


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is printed: numbers are numbers, a suppressed cell is its word; the first column names the row."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A report with nobody in it: facts, tables and notes; `signed_by` is who hands it in."""

    title: str
    period: str
    facts: tuple[tuple[str, Cell], ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    signed_by: str = ""

    @property
    def figures(self) -> dict[str, Any]:
        """What is frozen as JSON: lists instead of tuples, as it comes back from the database."""
        figures: dict[str, Any] = json.loads(json.dumps(asdict(self), ensure_ascii=False))
        return figures


def sha256_of(figures: Mapping[str, Any]) -> str:
    """Hash of frozen figures (hex): of their JSON with sorted keys, so that anybody can work it out again."""
    return hashlib.sha256(json.dumps(figures, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def shown(cell: Cell) -> str:
    """1234 -> 1,234; words stay."""
    return f"{cell:,}" if isinstance(cell, int) else cell


def paper_xlsx(paper: Paper, number: int, made_at: datetime, *, sha256: str) -> bytes:
    """The cells as a spreadsheet, one sheet a table: numbers as numbers, words as words, never a formula.

    `sha256` is that of the frozen figures, which stands on the first sheet.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": f"{paper.period} {paper.title}", "author": "김제시", "created": made_at})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bg_color": "#EEF2F7", "bottom": 1, "text_wrap": True}),
        "foot": book.add_format({"bold": True, "top": 1, "num_format": "#,##0"}),
        "cell": book.add_format({"num_format": "#,##0"}),
        "right": book.add_format({"align": "right"}),
        "foot_right": book.add_format({"bold": True, "top": 1, "align": "right"}),
    }
    _cover(book, styles, paper, number, sha256)
    for table in paper.tables:
        _sheet(book, styles, paper.period, table)
    book.close()
    return file.getvalue()


def _cover(book: Any, styles: dict[str, Any], paper: Paper, number: int, sha256: str) -> None:
    sheet = book.add_worksheet("요약")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 24)
    write_cell(sheet, 0, 0, f"{paper.period} {paper.title}", words=styles["title"])
    facts: Sequence[tuple[str, Cell]] = (("호", f"제{number}호"), *paper.facts)
    for line, (name, value) in enumerate(facts, 2):
        write_cell(sheet, line, 0, name)
        write_cell(sheet, line, 1, value, styles["cell"], styles["right"])
    for line, note in enumerate((*paper.notes, f"확인값 {sha256}"), len(facts) + 3):
        write_cell(sheet, line, 0, note)


def _sheet(book: Any, styles: dict[str, Any], period: str, table: Table) -> None:
    sheet = book.add_worksheet(table.title[:SHEET_NAME])
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, max(1, len(table.heads) - 1), 18)
    write_cell(sheet, 0, 0, f"{period} {table.title}", words=styles["title"])
    for column, head in enumerate(table.heads):
        write_cell(sheet, 2, column, head, words=styles["head"])
    for line, row in enumerate(table.rows, 3):
        for column, cell in enumerate(row):
            write_cell(sheet, line, column, cell, styles["cell"], styles["right"] if column else None)
    for column, cell in enumerate(table.foot):
        write_cell(
            sheet,
            3 + len(table.rows),
            column,
            cell,
            styles["foot"],
            styles["foot_right"] if column else styles["foot"],
        )
    sheet.freeze_panes(3, 1)
