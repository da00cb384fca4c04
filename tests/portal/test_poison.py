"""One bad item stops no periodic job: each entry of the beat table meets one between two good ones.

The bad one is bad in the database: a trigger refuses it, or its encrypted columns cannot be read. A new entry of the
beat table needs a story here.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from consultations.actions import bookings, disruptions, enquiries
from consultations.enums import AnsweredBy, OfferState
from consultations.models import Affected, ClinicDay, Enquiry, SeatOffer, StatisticsReport
from consultations.notices import reminders_of
from gimje_portal.celery import app
from services.actions import jobs
from services.actions.faults import each
from services.actions.notices import post
from services.enums.notices import NoticeState
from services.enums.people import Role
from services.models import Draft, JobFault, JobRun, Notice, NoticeAttempt
from services.notices.messages import Message
from services.reports.jobs import fault_counts
from services.reports.operations import operations
from services.rules.refusal import Refused
from solar.actions.rollups import roll_up_all
from solar.models import RollupDay, SolarReport
from tests.consultations.factories import BY, adviser, at, booked, clinic_day, rule, venue
from tests.consultations.test_enquiries import asked
from tests.consultations.test_waiting import full_day, in_line
from tests.slate import factories as slate
from tests.solar.factories import make_source
from tests.solar.test_rollups import at as moment
from tests.solar.test_rollups import take

pytestmark = pytest.mark.django_db
ONE_BY_ONE = {
    "tick": "writes one row of its own",
    "seal-history": "one hash over all entries: what is left out would be no seal; it reads no encrypted column",
}


@dataclass
class Story:
    """Three items, the middle one bad: how the fault names it, and what the good ones left."""

    bad: str
    left: Callable[[], list[Any]]
    expected: list[Any]


def refuse(table: str, event: str, condition: str) -> None:
    """The database refuses to write this row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'poison' USING ERRCODE = '22000'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER a_poison BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition}) "
            "EXECUTE FUNCTION poison()"
        )


def spoil(notice: Notice) -> None:
    """Its columns were encrypted with a key that nobody has any more."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE services_notice SET short = 'x' WHERE id = %s", [notice.pk])


@pytest.fixture
def people(make_resident):
    return [make_resident(f"시연 {n}", phone=f"+821012340{n:03}") for n in range(3)]


def roll_up(clock) -> Story:
    source = make_source()
    days = [dt.date(2024, 6, n) for n in (3, 4, 5)]
    for day in days:
        take(source, {moment(f"{day} 12:00"): 1000}, str(day).encode())
    refuse("solar_rollupday", "INSERT", "NEW.day = '2024-06-04'")

    def left() -> list[Any]:
        return list(RollupDay.objects.order_by("day").values_list("day", "joules"))

    return Story(f"solar.plant:{source.plant_id} 2024-06-04", left, [(days[0], 1000), (days[2], 1000)])


def solar_reports(clock) -> Story:
    clock("2024-08-05 08:00")
    source = make_source()
    for month in (5, 6, 7):
        take(source, {moment(f"2024-0{month}-03 12:00"): 3_600_000}, str(month).encode())
    roll_up_all()
    JobRun.objects.create(job="solar-monthly-report", period="2024-05", finished_at=timezone.now())
    refuse("solar_solarreport", "INSERT", "NEW.month = '2024-06-01'")
    months = [dt.date(2024, 5, 1), dt.date(2024, 7, 1)]
    return Story(
        "2024-07", lambda: list(SolarReport.objects.order_by("month").values_list("month", flat=True)), months
    )


def clinic_days(clock) -> Story:
    clock("2026-11-20 10:00")
    places = [venue(f"{name} 행정복지센터") for name in ("만경읍", "죽산면", "백산면")]
    rules = [rule(venues=(place,), weekday=n) for n, place in enumerate(places)]
    refuse("consultations_clinicday", "INSERT", f"NEW.venue_id = {places[1].pk}")

    def left() -> list[Any]:
        return sorted(set(ClinicDay.objects.values_list("venue_id", flat=True)))

    return Story(f"consultations.timetablerule:{rules[1].pk} 2026-11-24", left, [places[0].pk, places[2].pk])


def expire_offers(clock) -> Story:
    clock("2026-11-20 10:00")
    day, taken = full_day()
    from tests.consultations.test_race import people as more

    for person in more(3):
        in_line(person, day)
    for booking in taken[:3]:
        bookings.cancel(booking.pk, by=BY)
    offers = list(SeatOffer.objects.order_by("pk"))
    assert len(offers) == 3
    clock("2026-11-21 11:00")
    refuse("consultations_seatoffer", "UPDATE", f"OLD.id = {offers[1].pk}")

    def left() -> list[Any]:
        first = SeatOffer.objects.filter(pk__in=[offer.pk for offer in offers])
        return list(first.order_by("pk").values_list("state", flat=True))

    expected = [OfferState.LAPSED, OfferState.OPEN, OfferState.LAPSED]
    return Story(f"consultations.seatoffer:{offers[1].pk}", left, expected)


def answered(resident, who) -> Enquiry:
    enquiry = asked(resident)
    enquiries.assign(enquiry.pk, who.pk, by=BY)
    enquiries.answer(enquiry.pk, "경계 측량을 먼저 하세요.", AnsweredBy.PORTAL, adviser=who, by=BY)
    return enquiry


def close_silent(clock, people, make_staff) -> Story:
    clock("2026-11-20 10:00")
    who = adviser(user=make_staff(Role.ADVISER, username="lawyer"))
    rows = [answered(person, who) for person in people]
    clock("2027-03-01 10:00")
    refuse("consultations_enquiry", "UPDATE", f"OLD.id = {rows[1].pk}")

    def left() -> list[Any]:
        return list(Enquiry.objects.order_by("pk").values_list("state", flat=True))

    return Story(f"consultations.enquiry:{rows[1].pk}", left, ["CLOSED", "ANSWERED", "CLOSED"])


def statistics(clock) -> Story:
    clock("2026-11-20 10:00")
    rule(venues=(venue(),))
    JobRun.objects.create(job="consultations-month", period="2026-08", finished_at=timezone.now())
    refuse("consultations_statisticsreport", "INSERT", "NEW.starts_on = '2026-09-01'")

    def left() -> list[Any]:
        return list(StatisticsReport.objects.order_by("starts_on").values_list("starts_on", flat=True))

    return Story("2026-10", left, [dt.date(2026, 8, 1), dt.date(2026, 10, 1)])


def half_years(clock, people, make_staff) -> Story:
    clock("2026-11-20 10:00")
    who = [adviser(user=make_staff(Role.ADVISER, username=f"lawyer{n}"), name=f"시연 {n}변호") for n in range(3)]
    for person, one in zip(people, who, strict=True):
        answered(person, one)
    clock("2027-01-05 08:00")
    refuse("consultations_statisticsreport", "INSERT", f"NEW.adviser_id = {who[1].pk}")

    def left() -> list[Any]:
        return list(StatisticsReport.objects.order_by("adviser").values_list("adviser", flat=True))

    return Story(f"consultations.adviser:{who[1].pk}", left, [who[0].pk, who[2].pk])


def tend_worklists(clock, people, make_staff) -> Story:
    clock("2026-11-20 10:00")
    day = clinic_day()
    for person, hour in zip(people, (at(15), at(15, 20), at(15, 40)), strict=True):
        booked(person, day, hour)
    sitting = day.sittings.get(adviser__kind="LAW")
    disruptions.report_absence(sitting.pk, reason="교통사고", by=make_staff(Role.CONSULTATION_OFFICER).actor)
    rows = list(Affected.objects.order_by("pk"))
    refuse("consultations_affected", "UPDATE", f"OLD.id = {rows[1].pk}")

    def left() -> list[Any]:
        calls = Notice.objects.filter(once_key__startswith="affected:", channel="call").order_by("pk")
        return list(calls.values_list("once_key", flat=True))

    expected = [f"affected:{row.pk}:call:1" for row in (rows[0], rows[2])]
    return Story(f"consultations.affected:{rows[1].pk}", left, expected)


def remind_bookings(clock, people) -> Story:
    clock("2026-11-20 10:00")
    day = clinic_day()
    rows = [booked(person, day, at(15, 20 * n)) for n, person in enumerate(people)]
    for row in rows:
        reminders_of(row).delete()
    refuse("services_notice", "INSERT", f"NEW.subject_id = '{rows[1].pk}'")
    return Story(f"consultations.booking:{rows[1].pk}", lambda: [reminders_of(row).count() for row in rows], [3, 0, 3])


def remind_slate(clock) -> Story:
    clock("2020-02-25 10:00")
    programme = slate.programme_of_2020()
    rows = [slate.submitted(programme, parts=[slate.new_part(area_m2=Decimal(100))]) for _ in range(3)]
    clock("2020-03-26 10:00")
    refuse("services_notice", "INSERT", f"NEW.subject_id = '{rows[1].pk}'")

    def left() -> list[Any]:
        told = Notice.objects.filter(kind__contains="progress").order_by("pk")
        return list(told.values_list("subject_id", flat=True))

    return Story(f"slate.application:{rows[1].pk}", left, [str(rows[0].pk), str(rows[2].pk)])


def three_notices(people) -> list[Notice]:
    return [
        post(Message("k", "", f"알림 {person.pk}"), once_key=f"n{person.pk}", resident=person) for person in people
    ]


def dispatch(clock, people) -> Story:
    clock("2026-11-20 10:00")
    rows = three_notices(people)
    spoil(rows[1])

    def left() -> list[Any]:
        states = list(Notice.objects.order_by("pk").values_list("state", flat=True))
        return [*states, NoticeAttempt.objects.filter(ok=True).count()]

    expected = [NoticeState.SENT, NoticeState.RETRY, NoticeState.SENT, 2]
    return Story(f"services.notice:{rows[1].pk}", left, expected)


def follow(clock, people) -> Story:
    clock("2026-11-20 10:00")
    rows = three_notices(people)
    app.tasks["services.tasks.dispatch_notices"].apply(throw=True)
    spoil(rows[1])
    clock("2026-11-20 10:05")
    expected = [NoticeState.DELIVERED, NoticeState.SENT, NoticeState.DELIVERED]
    return Story(
        f"services.notice:{rows[1].pk}",
        lambda: list(Notice.objects.order_by("pk").values_list("state", flat=True)),
        expected,
    )


def purge(clock) -> Story:
    clock("2026-01-01 10:00")
    drafts = []
    for _ in range(3):
        draft = Draft(kind="booking")
        draft.keep()
        draft.save()
        drafts.append(draft)
    clock("2026-11-20 10:00")
    refuse("services_draft", "DELETE", f"OLD.key = '{drafts[1].pk}'")
    return Story(
        f"services.draft:{drafts[1].pk}", lambda: list(Draft.objects.values_list("pk", flat=True)), [drafts[1].pk]
    )


STORIES: dict[str, Callable[..., Story]] = {
    "roll-up-solar": roll_up,
    "make-solar-reports": solar_reports,
    "make-clinic-days": clinic_days,
    "expire-offers": expire_offers,
    "close-silent-enquiries": close_silent,
    "make-statistics": statistics,
    "make-half-year-reports": half_years,
    "tend-worklists": tend_worklists,
    "remind-bookings": remind_bookings,
    "remind-slate": remind_slate,
    "dispatch-notices": dispatch,
    "follow-deliveries": follow,
    "purge": purge,
}


def test_every_entry_of_the_beat_table_has_its_story(settings):
    assert set(STORIES) | set(ONE_BY_ONE) == set(settings.CELERY_BEAT_SCHEDULE)


@pytest.mark.parametrize("entry", sorted(STORIES))
def test_one_bad_item_between_two_good_ones(entry, settings, request, clock, people):
    app.loader.import_default_modules()
    task = app.tasks[settings.CELERY_BEAT_SCHEDULE[entry]["task"]]
    make = STORIES[entry]
    names = make.__code__.co_varnames[: make.__code__.co_argcount]
    story = make(**{name: request.getfixturevalue(name) for name in names})
    task.apply(throw=True)
    assert story.left() == story.expected
    shown = JobFault.objects.filter(item=story.bad)
    assert shown.count() == 1, list(JobFault.objects.values_list("job", "item", "reason"))
    assert "poison" not in shown.get().reason
    task.apply(throw=True)
    assert story.left() == story.expected, "the second run doubled"
    assert JobFault.objects.filter(item=story.bad).count() == 1


class TestEach:
    def test_a_fault_counts_and_ends_with_success(self, clock):
        clock("2026-11-20 10:00")

        def work(number: int) -> int:
            return 1 // number

        assert each([1, 0, 2], work, job="j").bad == 1
        clock("2026-11-20 11:00")
        tally = each([1, 0, 2], work, job="j")
        assert (tally.done, tally.bad, tally.put_off) == ([1, 0], 1, 0)
        fault = JobFault.objects.get()
        assert (fault.item, fault.times, fault.last_at - fault.first_at) == ("0", 2, dt.timedelta(hours=1))
        assert fault.reason.startswith("ZeroDivisionError, tests/portal/test_poison.py:")
        each([0], lambda number: number, job="j")
        assert not JobFault.objects.exists()

    def test_an_item_that_is_no_longer_due_is_no_fault(self):
        each([0], lambda number: 1 // number, job="j")
        each([1], lambda number: 1 // number, job="j")
        assert not JobFault.objects.exists()

    def test_a_refusal_is_no_fault_and_what_it_wrote_is_undone(self, make_resident):
        def work(number: int) -> None:
            make_resident(phone=f"+82101234{number:04}")
            raise Refused("지금은 안 됩니다.")

        from services.models import Resident

        assert each([1, 2], work, job="j").put_off == 2
        assert not Resident.objects.exists()
        assert not JobFault.objects.shown().exists()

    def test_the_same_refusal_again_and_again_is_one(self, clock):
        def work(number: int) -> int:
            if number == 2:
                raise Refused("지금은 안 됩니다: 시연 김만경")
            return number

        for hour in ("10:00", "10:01", "10:59"):
            clock(f"2026-11-20 {hour}")
            each([1, 2, 3], work, job="j")
            assert fault_counts() == {}
        clock("2026-11-20 11:00")
        each([1, 2, 3], work, job="j")
        fault = JobFault.objects.shown().get()
        assert (fault.item, fault.times, fault.is_refusal) == ("2", 4, True)
        assert fault.reason.startswith("Refused, tests/portal/test_poison.py:")
        assert fault_counts() == {"j": 1}
        assert [stuck.item for stuck in operations().stuck] == ["2"]
        each([1, 2, 3], lambda number: number, job="j")
        assert not JobFault.objects.exists()

    def test_twice_a_day_is_not_for_ever_and_another_refusal_begins_anew(self, clock):
        def work(number: int) -> int:
            if timezone.localtime().day < 22:
                raise Refused("아직 안 됩니다.")
            raise Refused("이제 안 됩니다.")

        for day in (20, 21, 22, 23):
            clock(f"2026-11-{day} 10:00")
            each([2], work, job="j")
            assert not JobFault.objects.shown().exists()
        clock("2026-11-24 10:00")
        each([2], work, job="j")
        assert JobFault.objects.shown().get().times == 3
        clock("2026-12-02 10:00")
        jobs.purge()
        assert not JobFault.objects.exists(), "one that is no longer due is forgotten"

    def test_what_a_bad_item_wrote_is_undone_and_its_words_are_not_kept(self, make_resident):
        from services.models import Resident

        def work(number: int) -> None:
            make_resident(phone=f"+82101234{number:04}")
            raise ValueError("+821012340001 시연 김만경")

        each([1], work, job="j")
        assert not Resident.objects.exists()
        assert "김만경" not in JobFault.objects.get().reason

    def test_a_task_whose_time_is_over_ends(self):
        from celery.exceptions import SoftTimeLimitExceeded

        def work(number: int) -> None:
            raise SoftTimeLimitExceeded

        with pytest.raises(SoftTimeLimitExceeded):
            each([1, 2], work, job="j")
        assert not JobFault.objects.exists()

    def test_a_source_of_the_purge_that_fails_stops_no_other(self, settings, monkeypatch):
        monkeypatch.setattr("services.actions.api_requests.forget_answers", lambda: 1 // 0)
        tally = jobs.purge()
        assert tally.bad == 1
        assert {path for path, _ in tally.done} > set(settings.PURGE_SOURCES) - {
            "services.actions.api_requests.forget_answers"
        }
