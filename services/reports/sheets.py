"""Tables for spreadsheet programs: CSV line by line, and cells of an xlsx book. Nothing in them runs as a formula."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

BOM = "\ufeff"  # Korean spreadsheet programs read UTF-8 only with it
LINES_AT_ONCE = 500
# What spreadsheet programs take for the beginning of a formula (OWASP "CSV Injection"), also in full width, also
# behind spaces and signs that nobody sees; a tab or line end at the beginning can move it into a cell of its own.
FORMULA = re.compile(r"[\t\r\n]|[\s\u200b-\u200f\u2060\ufeff]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?")


def harmless(cell: object) -> object:
    """The cell as it may stand in a sheet: a text that a program would run gets an apostrophe before it."""
    if isinstance(cell, str) and FORMULA.match(cell) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


class _Given:
    """A file that gives back what is written to it, so that a line goes out as soon as it is made."""

    def write(self, text: str) -> str:
        return text


def csv_parts(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A table as CSV, in parts of LINES_AT_ONCE lines, so that a long list never stands whole in memory."""
    writer = csv.writer(_Given())
    lines: Iterator[str] = (writer.writerow(map(harmless, row)) for row in chain([heads], rows))
    lines = chain([BOM], lines)
    while part := "".join(islice(lines, LINES_AT_ONCE)):
        yield part.encode()


def as_csv(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """The same as one piece, for what is kept."""
    return b"".join(csv_parts(heads, rows))


def write_cell(sheet: Any, line: int, column: int, cell: object, number: Any = None, words: Any = None) -> None:
    """One cell of an xlsxwriter sheet: a number in the format `number`, all else as words, never a formula."""
    if isinstance(cell, int):
        sheet.write_number(line, column, cell, number)
    else:
        sheet.write_string(line, column, str(harmless(cell)), words)
