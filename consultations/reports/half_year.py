"""An adviser's half-year for the city (TA-06, 별지 3): numbers, dates and places of the own work, and no client."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from consultations.enums import AnsweredBy, BookingKind, ClinicDayState, FollowUp, Outcome, Topic, TurnKind
from consultations.models import Adviser, Result, Sitting, StatisticsReport, Turn
from consultations.models.statistics import StatisticsReportQuerySet
from consultations.reports.statistics import DEMO_NOTE
from consultations.reports.tallies import ANSWERS, Tally, answers_in_time, by_choice, moments_of
from services.models import User
from services.reports.papers import Paper, Table
from services.rules.korean import date_letter
from services.rules.months import half_end, half_of

RESULTS = "상담(건)"
NOTES = (
    "세무사·변호사가 적은 상담 결과를 세었습니다. 상담받으신 분의 이름과 상담 내용은 없습니다.",
    "함께 한 상담은 세무사와 변호사의 보고에 한 건씩 들어 있습니다.",
    "시 안에서만 쓰는 보고입니다. 밖에 알릴 때에는 월간 통계를 씁니다.",
)


def half_year_paper(adviser: Adviser, first: date) -> Paper:
    """The half-year that begins on `first`; numbers as they are, since the city knows each result (TA-06)."""
    last = half_end(first)
    results = Result.objects.current().filter(adviser=adviser, booking__on__range=(first, last))
    answers = _answers(first, last).filter(adviser=adviser)
    sums = results.order_by().aggregate(n=Count("pk"), minutes=Sum("minutes"))
    in_time = answers_in_time(answers)
    visits = _visits(adviser, first, last)
    tallies = (
        Tally("상담별", "상담", by_choice(results, "booking__kind", BookingKind), RESULTS),
        Tally("분야별", "분야", by_choice(results, "topic", Topic), RESULTS),
        Tally("상담 결과", "결과", by_choice(results, "outcome", Outcome), RESULTS),
        Tally("다음에 할 일", "다음에 할 일", by_choice(results, "follow_up", FollowUp), RESULTS),
        Tally("질문에 답한 방법", "방법", by_choice(answers, "given", AnsweredBy), ANSWERS),
        in_time,
    )
    return Paper(
        title="마을세무사·마을변호사 상담 결과 보고(별지 3)",
        period=f"{first.year}년 {'상' if first.month == 1 else '하'}반기",
        facts=(
            ("보고하는 사람", str(adviser)),
            ("기간", f"{date_letter(first)}부터 {date_letter(last)}까지"),
            ("찾아간 상담일", len(visits)),
            ("상담", sums["n"]),
            ("걸린 시간(분)", sums["minutes"] or 0),
            ("답한 질문", in_time.total),
        ),
        tables=(_visits_table(visits), *(tally.as_happened() for tally in tallies if tally.total)),
        notes=(*NOTES, *((DEMO_NOTE,) if settings.DEMO else ())),
        signed_by=str(adviser),
    )


def _answers(first: date, last: date) -> "QuerySet[Turn]":
    return Turn.objects.filter(kind=TurnKind.ANSWER, sent_at__range=moments_of(first, last))


def _visits(adviser: Adviser, first: date, last: date) -> list[tuple[str | int, ...]]:
    """Date, place, consultations and minutes of each clinic day the adviser came to. Two queries."""
    came = Sitting.objects.filter(adviser=adviser, clinic_day__on__range=(first, last), is_absent=False)
    held = came.exclude(clinic_day__state=ClinicDayState.CANCELLED).select_related("clinic_day__venue")
    results = Result.objects.current().filter(adviser=adviser, booking__on__range=(first, last)).order_by()
    rows = results.values_list("booking__clinic_day").annotate(n=Count("pk"), minutes=Sum("minutes"))
    done = {day: (n, minutes) for day, n, minutes in rows}
    return [
        (date_letter(one.clinic_day.on), one.clinic_day.venue.name, *done.get(one.clinic_day_id, (0, 0)))
        for one in held.order_by("clinic_day__on", "pk")
    ]


def _visits_table(visits: Sequence[tuple[str | int, ...]]) -> Table:
    sums = [sum(int(row[column]) for row in visits) for column in (2, 3)]
    return Table("찾아간 상담일", ("날짜", "장소", RESULTS, "걸린 시간(분)"), tuple(visits), ("모두", "", *sums))


def advisers_with_work(first: date) -> "QuerySet[Adviser]":
    """Advisers who recorded a result or an answer in this half-year and have no report of it yet."""
    last = half_end(first)
    worked = Q(pk__in=Result.objects.current().filter(booking__on__range=(first, last)).order_by().values("adviser"))
    answered = Q(pk__in=_answers(first, last).order_by().values("adviser"))
    made = StatisticsReport.objects.filter(adviser__isnull=False, starts_on=first).order_by().values("adviser")
    return Adviser.objects.filter(worked | answered).exclude(pk__in=made).order_by("pk")


def missing_halves() -> list[date]:
    """First days of the last two half-years in which somebody who worked has no report, newest first. Two queries."""
    newest = half_of(half_of(timezone.localdate()) - timedelta(days=1))
    halves = (newest, half_of(newest - timedelta(days=1)))
    return [first for first in halves if advisers_with_work(first).exists()]


def reports_of(user: User) -> StatisticsReportQuerySet:
    """The own half-year reports of the adviser behind this account; none for anybody else."""
    return StatisticsReport.objects.filter(adviser__user=user, adviser__isnull=False)
