"""A month of free advice in numbers: what was offered, who came, about what; small numbers are not shown."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from consultations.enums import (
    BookingKind,
    BookingState,
    ClinicDayState,
    Ease,
    Helped,
    ReportKind,
    Source,
    Topic,
    TurnKind,
    WaitingState,
)
from consultations.models import (
    Booking,
    ClinicDay,
    Enquiry,
    Sitting,
    StatisticsReport,
    Survey,
    TimetableRule,
    Turn,
    Venue,
    Waiting,
)
from consultations.models.bookings import BookingQuerySet
from consultations.reports.tallies import (
    BOOKINGS,
    CAME,
    MISSED,
    QUESTIONS,
    Counts,
    Tally,
    answers_in_time,
    by_choice,
    counted,
    moments_of,
)
from consultations.rules.ages import AGE_BANDS, age_band
from consultations.rules.disclosure import tells_quarter
from services.models import Township
from services.reports.papers import Paper
from services.rules.months import month_before, month_end, quarter_of

NOWHERE = "김제시 밖이거나 모름"
OLDEST = 24  # so many months back a missing report can be made by hand
MONTH_NOTES = (
    "참석, 분야, 사는 곳, 나이, 장소, 만족도의 표에서는 1부터 4까지의 수를 '5 미만'으로 적고, 0은 그대로 적습니다.",
    "'가림'은 '5 미만'인 수이거나, 그런 수를 셈해 알아내지 못하게 함께 가린 수입니다.",
    "오신 분과 오지 않은 분은 모두 더한 수만 적습니다. 두 달 넘게 '5 미만'이면 분기 끝에 세 달을 더해 적습니다.",
    "다른 표는 시가 한 일을 센 것이어서 수를 그대로 적습니다.",
    "예약과 대기는 상담일이 있는 달에, 질문은 처음 물어본 달에, 답변과 만족도는 답한 달에 셉니다.",
    "나이는 상담일의 만 나이입니다. 상담 자리는 세무사와 변호사를 따로 셉니다.",
)
DEMO_NOTE = "시연 자료가 들어 있습니다."


@dataclass(frozen=True, slots=True)
class MonthStatistics:
    """The counts of one month as they are: only `month_paper` makes something of it that may be shown.

    What the city did (kinds of advice, ways, waiting, answers in time) is told as it is; what people are like, did or
    said is suppressed where it is small. Who came and who stayed away is told in all only, and by quarter where months
    are small. Topics are two tables, each protected within its own total: the kinds of advice, which are told, often
    give these totals away.
    """

    first: date
    days: int
    places: int
    states: Tally
    quarter: Tally | None
    kinds: Tally
    tax_topics: Tally
    law_topics: Tally
    unsure: int
    townships: Tally
    ages: Tally
    venues: Tally
    sources: Tally
    waiting: Tally
    enquiries: Tally
    answers: Tally
    helped: Tally
    ease: Tally

    @property
    def tallies(self) -> list[Tally]:
        """All classifications in the order in which they are printed; a month without a clinic day has no places."""
        values = (getattr(self, field.name) for field in fields(self))
        return [value for value in values if isinstance(value, Tally) and value.counts]


def month_statistics(first: date) -> MonthStatistics:
    """The month that begins on `first`, from a fixed number of queries.

    Bookings and the waiting list count in the month of their clinic day, questions in the month they came in, answers
    and surveys in the month they were given: so a number is complete when the month is over, and counted once.
    """
    last = month_end(first)
    moments = moments_of(first, last)
    booked = Booking.objects.filter(on__range=(first, last))
    asked = Enquiry.objects.filter(created_at__range=moments)
    said = Survey.objects.filter(answered_at__range=moments)
    waiting = Waiting.objects.filter(clinic_day__on__range=(first, last))
    days, places = _offered(first, last)
    topics = counted(booked, "topic")
    return MonthStatistics(
        first=first,
        days=days,
        places=places,
        states=_about_people("예약과 참석", "어떻게 되었나", _states(counted(booked, "state"))),
        quarter=_quarter(first),
        kinds=Tally("상담별 예약", "상담", by_choice(booked, "kind", BookingKind)),
        tax_topics=_about_people("세금 분야별 예약", "분야", _topics(topics, BookingKind.TAX)),
        law_topics=_about_people("법률 분야별 예약", "분야", _topics(topics, BookingKind.LAW)),
        unsure=topics.get(Topic.UNSURE, 0),
        townships=_about_people("사는 곳별 예약", "읍·면·동", _townships(booked)),
        ages=_about_people("나이별 예약", "만 나이", _ages(booked)),
        venues=_about_people("장소별 예약", "장소", _venues(booked, first, last)),
        sources=Tally("방법별 예약", "예약한 방법", by_choice(booked, "source", Source)),
        waiting=Tally("대기", "어떻게 되었나", by_choice(waiting, "state", WaitingState), "대기(건)"),
        enquiries=Tally("받은 질문", "상담", by_choice(asked, "kind", BookingKind), QUESTIONS),
        answers=answers_in_time(Turn.objects.filter(kind=TurnKind.ANSWER, sent_at__range=moments)),
        helped=_about_people("만족도 - 도움이 되었나요", "답", by_choice(said, "helped", Helped), "답(건)"),
        ease=_about_people("만족도 - 예약과 안내는 편했나요", "답", by_choice(said, "ease", Ease), "답(건)"),
    )


def _about_people(title: str, head: str, counts: Counts, unit: str = BOOKINGS) -> Tally:
    return Tally(title, head, counts, unit, is_about_people=True)


def _topics(found: Mapping[str, int], kind: BookingKind) -> Counts:
    """The topics of one profession; "잘 모르겠습니다" belongs to neither."""
    return tuple((str(one.label), found.get(one.value, 0)) for one in Topic.for_kind(kind) if one != Topic.UNSURE)


def _offered(first: date, last: date) -> tuple[int, int]:
    """Clinic days that were not called off, and the adviser's times on them. One query."""
    sittings = Sitting.objects.filter(clinic_day__on__range=(first, last), is_absent=False)
    held = sittings.exclude(clinic_day__state=ClinicDayState.CANCELLED).select_related("clinic_day").order_by("pk")
    rows = list(held)
    return len({one.clinic_day_id for one in rows}), sum(len(one.starts(one.clinic_day)) for one in rows)


STATES = {
    CAME: BookingState.CAME,
    MISSED: {BookingState.MISSED},
    "취소": {BookingState.CANCELLED},
    "범위 밖(다른 기관 안내)": {BookingState.OUT_OF_SCOPE},
    "상담 전이거나 아직 적지 않음": BookingState.LIVE,
}


def _states(found: Mapping[str, int]) -> Counts:
    return tuple((label, sum(found.get(state, 0) for state in states)) for label, states in STATES.items())


def _quarter(first: date) -> Tally | None:
    """Clients who came in the quarter that ends with this month, where two of its months are too small. One query."""
    start = quarter_of(first)
    if first.month != start.month + 2:
        return None
    rows = Booking.objects.filter(on__range=(start, month_end(first))).order_by()
    months: dict[int, dict[str, int]] = {start.month + number: {} for number in range(3)}
    for month, state, number in rows.values_list("on__month", "state").annotate(n=Count("pk")):
        months[month][state] = number
    counts = [dict(_states(found)) for found in months.values()]
    if not tells_quarter([(one[CAME], one[MISSED]) for one in counts]):
        return None
    sums = tuple((label, sum(one[label] for one in counts)) for label in STATES)
    title = f"{start.month}월부터 {first.month}월까지의 예약과 참석"
    return _about_people(title, "어떻게 되었나", sums)


def _townships(booked: BookingQuerySet) -> Counts:
    found = counted(booked, "resident__township")
    known = [(name, found.get(pk, 0)) for pk, name in Township.objects.values_list("pk", "name")]
    return (*known, (NOWHERE, found.get(None, 0)))


def _ages(booked: BookingQuerySet) -> Counts:
    """Days of birth are encrypted: one query and one pass."""
    rows = booked.order_by().values_list("resident__born_on", "on")
    found = Counter(age_band(date.fromisoformat(born_on) if born_on else None, on) for born_on, on in rows)
    return tuple((band, found[band]) for band in AGE_BANDS)


def _venues(booked: BookingQuerySet, first: date, last: date) -> Counts:
    found = counted(booked, "clinic_day__venue")
    used = ClinicDay.objects.filter(on__range=(first, last)).order_by().values("venue")
    return tuple((venue.name, found.get(venue.pk, 0)) for venue in Venue.objects.filter(pk__in=used))


def month_paper(statistics: MonthStatistics) -> Paper:
    """What is published of a month: small groups of people are gone (rules.publish), whoever reads it."""
    tables = tuple(tally.as_published() for tally in statistics.tallies)
    visits = {str(row[0]): row[1] for row in statistics.states.as_published().rows}
    return Paper(
        title="세금·법률 무료 상담 통계",
        period=f"{statistics.first.year}년 {statistics.first.month}월",
        facts=(
            ("상담일(장소마다 하나)", statistics.days),
            ("상담 자리", statistics.places),
            ("예약", statistics.states.total),
            (CAME, visits[CAME]),
            (MISSED, visits[MISSED]),
            ("분야를 모른다고 한 예약", statistics.unsure),
            ("받은 질문", statistics.enquiries.total),
            ("답한 질문", statistics.answers.total),
        ),
        tables=tables,
        notes=(*MONTH_NOTES, *((DEMO_NOTE,) if settings.DEMO else ())),
    )


def had_service(first: date) -> bool:
    """Whether the city gave advice in this month: a timetable in force, a clinic day or a question. A quiet month of a
    running service has a report of zeros; a month before the service began has none.
    """
    last = month_end(first)
    return (
        TimetableRule.objects.touching(first, last).exists()
        or ClinicDay.objects.filter(on__range=(first, last)).exists()
        or Enquiry.objects.filter(created_at__range=moments_of(first, last)).exists()
    )


def missing_months() -> list[date]:
    """First days of the months that are over, newest first, and have no report yet. One query."""
    months = [month_before(timezone.localdate())]
    while len(months) < OLDEST:
        months.append(month_before(months[-1]))
    made = StatisticsReport.objects.filter(kind=ReportKind.MONTH, starts_on__in=months)
    known = set(made.values_list("starts_on", flat=True).order_by())
    return [month for month in months if month not in known]
