"""A logger's CSV file: its encoding, columns, unit, interval and clock, and its rows as joules or as refusals."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import islice, pairwise

from solar.enums import Label, ReadingFlag, Unit, Zone
from solar.rules.energy import REFUSE_ABOVE_RATED, STALE_SECONDS, flags_of, joules_factor
from solar.rules.stamps import Clock, Span, parse_stamp
from solar.rules.sun import CLOCK_DOUBT_HOURS, clock_offset_hours

SAMPLE = 400
LARGEST_DIGITS = 7  # 10 GW in kW; larger numbers would not fit the column
MAX_BYTES = 10 * 1024 * 1024
INTERVALS = (60, 300, 600, 900, 1800, 3600)
_POWER_WORDS = ("ac_power", "power", "출력", "전력", "발전", "kwh", "kw", "energy", "meas_val", "value", "값")
NO_TABLE = "표로 읽을 수 없는 파일입니다. 엑셀에서 CSV 파일로 저장해 다시 올려 주세요."
NO_TEXT = "글자를 읽을 수 없는 파일입니다. 사진이나 프로그램이 아닌지 보시고, CSV 파일로 저장해 다시 올려 주세요."
NO_LINES = "파일에 적힌 것이 없습니다. 기록 장치에서 다시 내려받아 올려 주세요."
NO_ROWS = "제목 줄만 있고 자료가 없습니다. 기록 장치에서 기간을 다시 골라 내려받아 올려 주세요."
NO_STAMP = "날짜와 시각이 적힌 칸을 찾지 못했습니다. 첫 줄은 제목, 다음 줄부터 자료인지 확인해 주세요."
NO_VALUE = "발전량이 적힌 칸을 찾지 못했습니다. 숫자 칸이 있는지 확인하고 다시 올려 주세요."
_SAVE_AS_CSV = "엑셀에서 여신 뒤 '다른 이름으로 저장'에서 CSV를 골라 다시 올려 주세요."
_OTHERS = {  # what begins like this is no text; a zip is never opened, whatever it would become
    b"PK": f"엑셀 파일(xlsx)이나 묶음 파일(zip)은 읽지 못합니다. {_SAVE_AS_CSV}",
    b"\xd0\xcf\x11\xe0": f"예전 엑셀 파일(xls)은 읽지 못합니다. {_SAVE_AS_CSV}",
    b"%PDF": "PDF에서는 숫자를 읽지 못합니다. 기록 장치에서 CSV 파일로 내려받아 올려 주세요.",
}
_EMPTY = {"", "nan", "null", "none", "-"}


class Unreadable(ValueError):
    """The file is no table of readings; the text is a Korean sentence for the person who uploaded it."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read a file: column numbers, unit, seconds of an interval, label and clock."""

    stamp_column: int
    value_column: int
    unit: str
    interval_s: int
    label: str = Label.START
    zone: str = Zone.SEOUL

    def as_dict(self) -> dict[str, str | int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row about a slot that an earlier row of the same file has told already."""

    line: int
    start: int
    kept_j: int
    joules: int

    @property
    def is_same(self) -> bool:
        return self.kept_j == self.joules


@dataclass(slots=True)
class Parsed:
    """All rows of a file: what can be stored, what was refused, what repeats or contradicts inside the file."""

    starts: list[int] = field(default_factory=list)  # seconds since 1970, UTC
    joules: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # where each stored slot was written
    repeats: list[Repeat] = field(default_factory=list)
    moved: int = 0
    line_count: int = 0

    @property
    def clashes(self) -> list[Repeat]:
        return [repeat for repeat in self.repeats if not repeat.is_same]

    @property
    def total_j(self) -> int:
        return sum(self.joules)

    def flag_counts(self) -> dict[ReadingFlag, int]:
        counts = Counter(self.flags)
        return {flag: n for flag in ReadingFlag if (n := sum(c for value, c in counts.items() if value & flag))}

    def clock_doubt_hours(self, longitude: float) -> int:
        """Whole hours by which the energy's centre lies off solar noon; 0 within two hours or without energy."""
        total = sum(joules for joules in self.joules if joules > 0)
        if not total:
            return 0
        # The mean is taken around the hour of the strongest readings, so that a day may cross midnight.
        peak = self.starts[max(range(len(self.joules)), key=self.joules.__getitem__)] / 3600 % 24
        spread = sum(
            ((start / 3600 - peak + 12) % 24 - 12) * joules
            for start, joules in zip(self.starts, self.joules, strict=True)
            if joules > 0
        )
        offset = clock_offset_hours(longitude, peak + spread / total)
        return round(offset) if abs(offset) > CLOCK_DOUBT_HOURS else 0


def decode(content: bytes) -> str:
    """UTF-8 (with or without mark), CP949, or UTF-16 with its mark as spreadsheets write it. Raises Unreadable."""
    if other := next((sentence for magic, sentence in _OTHERS.items() if content.startswith(magic)), None):
        raise Unreadable(other)
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Unreadable(NO_TEXT)


def rows_of(text: str) -> Iterator[list[str]]:
    """Rows of a table parted by comma, semicolon or tab, whichever the first line has most of. Raises Unreadable."""
    head = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:  # a cell of 128 KB: one line without end, a quotation mark that is never closed
        raise Unreadable(NO_TABLE) from error


def header_of(text: str) -> list[str]:
    """Names of the columns; a file without a header gets `1열`, `2열`."""
    first = next(rows_of(text), [])
    if _is_stamp(first[0]) if first else False:
        return [f"{number}열" for number in range(1, len(first) + 1)]
    return [name.strip() or f"{number}열" for number, name in enumerate(first, 1)]


def detect(text: str, *, rated_w: int | None, longitude: float) -> Mapping:
    """Guess how to read the file; the person confirms it on the preview. Raises Unreadable."""
    sample = _sample(text)
    stamp_column = _stamp_column(sample)
    sample = [row for row in sample if len(row) > stamp_column and _is_stamp(row[stamp_column])]
    header = header_of(text)
    value_column = _value_column(header, sample, stamp_column)
    interval_s = _interval(sample, stamp_column)
    unit = _unit(header[value_column], sample, value_column, rated_w)
    guess = Mapping(stamp_column, value_column, unit, interval_s)
    stamps_have_zone = any(parse_stamp(row[stamp_column]).tzinfo for row in sample[:1])
    if stamps_have_zone:
        return guess
    doubts = {zone: _doubt(text, guess, zone, longitude) for zone in (Zone.SEOUL, Zone.UTC)}
    best = Zone.UTC if doubts[Zone.SEOUL] > 1 and doubts[Zone.UTC] == 0 else Zone.SEOUL
    return Mapping(stamp_column, value_column, unit, interval_s, zone=best)


def _doubt(text: str, guess: Mapping, zone: str, longitude: float) -> int:
    mapping = Mapping(guess.stamp_column, guess.value_column, guess.unit, guess.interval_s, zone=zone)
    parsed = parse(text, mapping, rated_w=None, max_lines=5000)
    return abs(parsed.clock_doubt_hours(longitude))


def _sample(text: str) -> list[list[str]]:
    rows, filled = [], 0
    for row in rows_of(text):
        filled += any(cell.strip() for cell in row)
        if any(_is_stamp(cell) for cell in row):
            rows.append(row)
        if len(rows) == SAMPLE:
            break
    if not rows:
        raise Unreadable({0: NO_LINES, 1: NO_ROWS}.get(filled, NO_STAMP))
    return rows


def _stamp_column(sample: Sequence[Sequence[str]]) -> int:
    counts = Counter(index for row in sample for index, cell in enumerate(row) if _is_stamp(cell))
    return counts.most_common(1)[0][0]


def _value_column(header: Sequence[str], sample: Sequence[Sequence[str]], stamp_column: int) -> int:
    width = min(len(row) for row in sample)
    numeric = [
        index
        for index in range(min(width, len(header)))
        if index != stamp_column and sum(_number(row[index]) is not None for row in sample) * 2 > len(sample)
    ]
    if not numeric:
        raise Unreadable(NO_VALUE)
    named = [index for word in _POWER_WORDS for index in numeric if word in header[index].lower()]
    return (named or numeric[-1:])[0]


def _interval(sample: Sequence[Sequence[str]], column: int) -> int:
    stamps = sorted(parse_stamp(row[column]).replace(tzinfo=None) for row in sample if _is_stamp(row[column]))
    steps = Counter(int((after - before).total_seconds()) for before, after in pairwise(stamps))
    steps.pop(0, None)
    step = steps.most_common(1)[0][0] if steps else 3600
    return min(INTERVALS, key=lambda known: abs(known - step))


def _unit(name: str, sample: Sequence[Sequence[str]], column: int, rated_w: int | None) -> str:
    words = name.lower()
    for unit in (Unit.KWH, Unit.WH, Unit.KW):
        if unit.value in words:
            return unit
    highest = max(
        (
            value
            for row in sample
            if (value := _number(row[column])) is not None and value.adjusted() <= LARGEST_DIGITS
        ),
        default=Decimal(0),
    )
    if rated_w is not None:
        return Unit.W if highest * 300 > rated_w else Unit.KW  # a third of the name-plate in kW is 1/300 of it in W
    return Unit.W if words.endswith("_w") or highest > 1000 else Unit.KW


def _is_stamp(cell: str) -> bool:
    if len(cell) < 8 or not any(mark in cell for mark in "-./년"):
        return False
    try:
        parse_stamp(cell)
    except ValueError:
        return False
    return True


def _number(cell: str) -> Decimal | None:
    try:
        value = Decimal(cell.replace(",", "") if "," in cell else cell)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def parse(
    text: str, mapping: Mapping, *, rated_w: int | None, span: Span | None = None, max_lines: int | None = None
) -> Parsed:
    """Every row of a file as (slot start, joules, flags) or as a refusal with its line number and reason."""
    rows = islice(enumerate(rows_of(text), 1), max_lines)
    without_header = ((line, row) for line, row in rows if row and (line > 1 or any(_is_stamp(cell) for cell in row)))
    return parse_rows(without_header, mapping, rated_w=rated_w, span=span)


def parse_rows(
    rows: Iterable[tuple[int, Sequence[str]]], mapping: Mapping, *, rated_w: int | None, span: Span | None = None
) -> Parsed:
    """The same for numbered rows from anywhere. What lies outside of `span` is refused."""
    parsed = Parsed()
    seen: dict[int, int] = {}
    clock = Clock(zone=mapping.zone, label=mapping.label, interval_s=mapping.interval_s)
    factor = joules_factor(mapping.unit, mapping.interval_s)
    rated_j = rated_w * mapping.interval_s if rated_w else None
    highest_j = REFUSE_ABOVE_RATED * rated_j if rated_j else None
    for line, row in rows:
        parsed.line_count += 1
        reason, start, joules = _read(row, mapping, clock, factor, parsed)
        if not reason and span is not None:
            reason = span.refusal(start)
        if not reason and highest_j is not None and joules > highest_j:
            reason = "값이 설비 크기의 두 배를 넘습니다."
        if reason:
            parsed.refusals.append(Refusal(line, _printable(row), reason))
        elif start in seen:
            parsed.repeats.append(Repeat(line, start, seen[start], joules))
        else:
            seen[start] = joules
            parsed.lines.append(line)
            parsed.flags.append(flags_of(joules, rated_j))
    parsed.starts, parsed.joules = list(seen), list(seen.values())
    _flag_stale(parsed, STALE_SECONDS // mapping.interval_s)
    return parsed


def _printable(row: Sequence[str]) -> str:
    """A row as the database can keep it: no NUL, no half of a character (JSON can carry both)."""
    return ",".join(row)[:200].replace("\x00", "").encode(errors="replace").decode()


def _read(row: Sequence[str], mapping: Mapping, clock: Clock, factor: Decimal, parsed: Parsed) -> tuple[str, int, int]:
    """(reason of refusal or "", start, joules) of one row."""
    if len(row) <= max(mapping.stamp_column, mapping.value_column):
        return "칸이 모자랍니다.", 0, 0
    cell = row[mapping.value_column]
    value = _number(cell)
    if value is None:
        return ("값이 비어 있습니다." if cell.strip().lower() in _EMPTY else "값이 숫자가 아닙니다."), 0, 0
    if value.adjusted() > LARGEST_DIGITS:
        return "값이 너무 큽니다.", 0, 0
    try:
        start, moved = clock.start_of(row[mapping.stamp_column])
    except ValueError:
        return "날짜와 시각을 읽지 못했습니다.", 0, 0
    parsed.moved += moved
    return "", start, round_half_up(value * factor)


def round_half_up(joules: Decimal) -> int:
    """Whole joules; exact already for every usual logger, so this is cheap."""
    whole = int(joules)
    rest = joules - whole
    return whole + (rest >= Decimal("0.5")) - (rest <= Decimal("-0.5")) if rest else whole


def _flag_stale(parsed: Parsed, least: int) -> None:
    """Mark runs of `least` or more equal readings above zero that follow each other (a stuck logger)."""
    if least < 4:
        return
    run = 0
    for index in range(1, len(parsed.joules) + 1):
        same = index < len(parsed.joules) and parsed.joules[index] == parsed.joules[index - 1] > 0
        if same:
            run += 1
            continue
        if run + 1 >= least:
            for place in range(index - run - 1, index):
                parsed.flags[place] |= ReadingFlag.STALE
        run = 0
