"""Counting rows by one classification, and the table that may be published of it."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.utils import timezone

from consultations.models import EnquiryPause, Turn
from consultations.rules.disclosure import publish
from services.reports.papers import Table

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
