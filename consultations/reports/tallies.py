"""Counting rows by one classification, and the table that may be published of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.utils import timezone

from consultations.enums import BookingState
from consultations.models import Booking, EnquiryPause, Turn
from consultations.reports.papers import Table
from consultations.rules.disclosure import Cell, Visits, publish, publish_visits

Counts = tuple[tuple[str, int], ...]
BOOKINGS, QUESTIONS, ANSWERS = "예약(건)", "질문(건)", "답변(건)"
CAME, MISSED = "오심", "오지 않음"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows there are of each class, every number as it is; `total` is their sum.

    `is_about_people`: the classes say something of the people, so small ones are suppressed when it is published.
    """

    title: str
    head: str
    counts: Counts
    unit: str = BOOKINGS
    is_about_people: bool = False

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)

    def of(self, label: str) -> int:
        return dict(self.counts)[label]

    def as_published(self) -> Table:
        """What may be shown of it outside (rules.publish)."""
        if not self.is_about_people:
            return self.as_counted()
        published = publish([count for _, count in self.counts])
        rows = tuple((label, cell) for (label, _), cell in zip(self.counts, published.cells, strict=True))
        return Table(self.title, (self.head, self.unit), rows, ("모두", published.total))

    def as_counted(self) -> Table:
        """Every number as it is."""
        return Table(self.title, (self.head, self.unit), self.counts, ("모두", self.total))

    def as_happened(self) -> Table:
        """Only what there is at least one of, for a paper that stays inside."""
        happened = tuple((label, count) for label, count in self.counts if count)
        return Table(self.title, (self.head, self.unit), happened, ("모두", self.total))


@dataclass(frozen=True, slots=True)
class VisitTally:
    """Of each class of people how many booked, came and stayed away.

    `told` is what may be shown of all who came and stayed away together; None where the report tells it as it is.
    """

    title: str
    head: str
    visits: tuple[tuple[str, Visits], ...]
    told: tuple[Cell, Cell] | None = None

    @property
    def total(self) -> Visits:
        return together(one for _, one in self.visits)

    def of(self, label: str) -> Visits:
        return dict(self.visits)[label]

    def as_published(self) -> Table:
        """What may be shown of it outside (rules.disclosure.publish_visits)."""
        published, total = publish_visits([one for _, one in self.visits]), self.total
        labels = [label for label, _ in self.visits]
        lines = zip(labels, published.booked.cells, published.outcomes, strict=True)
        rows = tuple((label, booked, *outcome) for label, booked, outcome in lines)
        foot = ("모두", published.booked.total, *(self.told or (total.came, total.missed)))
        return Table(self.title, (self.head, BOOKINGS, CAME, MISSED), rows, foot)


def together(visits: Iterable[Visits]) -> Visits:
    """The sum of several classes."""
    rows = list(visits)
    return Visits(sum(one.booked for one in rows), sum(one.came for one in rows), sum(one.missed for one in rows))


def visits_of(states: Mapping[str, int]) -> Visits:
    """{state: bookings} as who booked, came and stayed away."""
    came = sum(states.get(state, 0) for state in BookingState.CAME)
    return Visits(sum(states.values()), came, states.get(BookingState.MISSED, 0))


def visits_by(rows: "QuerySet[Booking]", field: str) -> defaultdict[Any, Visits]:
    """{value: visits}; a value without bookings has none. One query."""
    states: defaultdict[Any, dict[str, int]] = defaultdict(dict)
    for value, state, number in rows.order_by().values_list(field, "state").annotate(n=Count("pk")):
        states[value][state] = number
    return defaultdict(lambda: Visits(0, 0, 0), {value: visits_of(found) for value, found in states.items()})


def counted(rows: "QuerySet[Any]", field: str) -> dict[Any, int]:
    """{value: rows}. One query."""
    return dict(rows.order_by().values_list(field).annotate(n=Count("pk")))


def by_choice(rows: "QuerySet[Any]", field: str, choices: type[TextChoices]) -> Counts:
    """Rows by a field of choices: every choice with its Korean label, also one that nobody took. One query."""
    found = counted(rows, field)
    return tuple((str(label), found.get(value, 0)) for value, label in choices.choices)


def moments_of(first: date, last: date) -> tuple[datetime, datetime]:
    """Both days and what lies between them, in Korean time, for a `range` look-up."""
    zone = timezone.get_default_timezone()
    return datetime.combine(first, time.min, zone), datetime.combine(last, time.max, zone)


def answers_in_time(answers: "QuerySet[Turn]") -> Tally:
    """Answers to enquiries by the day that was promised for that question (MW-04, MW-08), which its events keep.

    An answer given while the clock stood still counts by the day it stopped (MW-07). One query.
    """
    event: type[Model] = apps.get_model("consultations", "EnquiryEvent")
    newest = event._default_manager.filter(pgh_obj=OuterRef("enquiry"), round=OuterRef("round")).order_by("-pgh_id")
    pauses = EnquiryPause.objects.filter(
        enquiry=OuterRef("enquiry"),
        round=OuterRef("round"),
        received_on=OuterRef("sent_at__date"),
        sent_on__lte=OuterRef("due"),
    )
    rows = answers.order_by().annotate(due=Subquery(newest.values("due_on")[:1])).annotate(stood_still=Exists(pauses))
    in_time = Count("pk", filter=Q(sent_at__date__lte=F("due")) | Q(stood_still=True))
    found = rows.aggregate(total=Count("pk"), in_time=in_time)
    counts = (("기한 안에 답함", found["in_time"]), ("기한이 지나 답함", found["total"] - found["in_time"]))
    return Tally("질문에 답한 때", "언제 답했나", counts, ANSWERS)
