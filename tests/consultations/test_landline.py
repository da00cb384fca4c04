"""People without a mobile phone: called in office hours, in words that can be said, and what they answer is done."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations import tasks
from consultations.actions import bookings, disruptions, waiting
from consultations.enums import Source, WaitingHour, WaitingState
from consultations.models import Booking, SeatOffer, Waiting
from consultations.rules.deadlines import offer_until_by_phone
from services.enums.notices import CallOutcome, NoticeState
from services.enums.people import Role
from services.models import CallTask, Holiday, Notice, ReadingLogEntry, Resident
from services.rules.calendar import next_office_hour
from tests.consultations.factories import BY, at, booked, clinic_day, wish_for

SEOUL = ZoneInfo("Asia/Seoul")
CHRISTMAS = {date(2026, 12, 25)}
DAY = date(2026, 12, 28)  # a Monday
LANDLINE = "+82635401234"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("freed", "starts", "until"),
    [
        ("2026-11-20 17:30", "2026-12-28 15:00", "2026-11-23 17:30"),  # Friday evening: until Monday evening
        ("2026-11-20 19:00", "2026-12-28 15:00", "2026-11-23 18:00"),
        ("2026-11-21 10:00", "2026-12-28 15:00", "2026-11-23 18:00"),  # Saturday
        ("2026-12-24 18:30", "2026-12-28 15:00", "2026-12-28 12:00"),  # Christmas and a weekend; three hours before
        ("2026-11-19 10:00", "2026-12-28 15:00", "2026-11-20 10:00"),
        ("2026-12-27 10:00", "2026-12-28 13:00", "2026-12-28 10:00"),  # one office hour is left
        ("2026-12-27 10:00", "2026-12-28 12:59", None),
    ],
)
def test_an_offer_by_phone_runs_in_office_hours(freed, starts, until):
    found = offer_until_by_phone(moment(freed), moment(starts), CHRISTMAS, hours=24, last_hours=3)
    assert found == (moment(until) if until else None)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-12-28 08:59", "2026-12-28 09:00"),
        ("2026-12-28 11:59", "2026-12-28 11:59"),
        ("2026-12-28 12:00", "2026-12-28 13:00"),
        ("2026-12-28 18:00", "2026-12-29 09:00"),
        ("2026-12-24 18:00", "2026-12-28 09:00"),
        ("2026-12-31 23:59", "2027-01-01 09:00"),
    ],
)
def test_the_next_hour_at_a_desk(now, opens):
    assert next_office_hour(moment(now), CHRISTMAS) == moment(opens)


@pytest.fixture
def day(clock):
    clock("2026-12-16 10:00")
    made = clinic_day("LAW", on=DAY)
    for number, start in enumerate([at(15), at(15, 20), at(15, 40), at(16), at(16, 20), at(16, 40)]):
        other = Resident.objects.create(name=f"시연 {number}", phone=f"+82102222000{number}")
        booked(other, made, start.replace(month=12, day=28))
    return made


@pytest.fixture
def row(day, make_resident) -> Waiting:
    resident = make_resident("홍길동", LANDLINE, born_on=date(1945, 3, 9))
    return waiting.join(day.pk, wish_for(), hour=WaitingHour.ANY, resident=resident, by=BY, source=Source.PHONE)


@pytest.fixture
def offered(row, day, clock) -> SeatOffer:
    clock("2026-12-18 17:30")  # a Friday
    bookings.cancel(Booking.objects.live().order_by("pk").first().pk, by=BY)
    return SeatOffer.objects.get()


@pytest.fixture
def desk(make_staff, staff_client):
    return staff_client(user=make_staff(Role.CONSULTATION_OFFICER))


def call_of(row: Waiting, kind: str = "waiting_offer") -> CallTask:
    return CallTask.objects.get(notice__subject_id=str(row.pk), notice__kind=f"consultations/notices/{kind}")


@pytest.mark.django_db
class TestOffers:
    def test_freed_on_friday_evening_it_is_held_until_monday_evening(self, offered):
        assert timezone.localtime(offered.until) == moment("2026-12-21 17:30")

    def test_a_dated_holiday_does_not_count(self, row, clock):
        Holiday.objects.create(day=date(2026, 12, 21), name="임시공휴일")
        clock("2026-12-18 18:30")
        bookings.cancel(Booking.objects.live().order_by("pk").first().pk, by=BY)
        assert timezone.localtime(SeatOffer.objects.get().until) == moment("2026-12-22 18:00")
        assert call_of(row).due_on == date(2026, 12, 22)

    def test_people_with_a_mobile_phone_have_their_24_hours(self, row, clock):
        row.resident.phone = "+821099990000"
        row.resident.save()
        clock("2026-12-18 17:30")
        bookings.cancel(Booking.objects.live().order_by("pk").first().pk, by=BY)
        assert timezone.localtime(SeatOffer.objects.get().until) == moment("2026-12-19 17:30")

    def offers_said(self, row: Waiting) -> int:
        calls = CallTask.objects.filter(notice__subject_id=str(row.pk), notice__kind__endswith="waiting_offer")
        return calls.count()

    def test_who_did_not_answer_is_phoned_again_about_the_next_place(self, row, offered, clock):
        clock("2026-12-21 17:31")
        tasks.expire_offers()
        assert call_of(row, "waiting_lapsed").notice.text.endswith("다음 자리가 나면 다시 전화드리겠습니다.")
        assert self.offers_said(row) == 1
        bookings.cancel(Booking.objects.live().order_by("pk").first().pk, by=BY)
        assert self.offers_said(row) == 2
        row.refresh_from_db()
        assert row.state == WaitingState.OFFERED

    def test_whose_place_was_withdrawn_is_phoned_again_about_the_next_place(self, clock, make_resident, make_staff):
        clock("2026-12-16 10:00")
        day = clinic_day("LAW", "LAW", on=DAY)
        day.sittings.update(closes_at="15:20")
        both = [
            booked(Resident.objects.create(name=f"시연 {n}", phone=f"+82102222000{n}"), day, at(15, on=DAY))
            for n in range(2)
        ]
        resident = make_resident("홍길동", LANDLINE)
        row = waiting.join(day.pk, wish_for(), hour=WaitingHour.ANY, resident=resident, by=BY, source=Source.PHONE)
        gone = both[0].holds.get().adviser_id
        bookings.cancel(both[0].pk, by=BY)
        officer = make_staff(Role.CONSULTATION_OFFICER)
        disruptions.report_absence(day.sittings.get(adviser=gone).pk, reason="몸살", by=officer.actor)
        assert "다시 전화드리겠습니다" in call_of(row, "waiting_withdrawn").notice.text
        assert self.offers_said(row) == 1
        bookings.cancel(both[1].pk, by=BY)
        assert self.offers_said(row) == 2

    @pytest.mark.parametrize(
        ("answer", "state"), [("accept", WaitingState.ACCEPTED), ("decline", WaitingState.WAITING)]
    )
    def test_what_they_answer_is_done_at_once(self, row, offered, desk, answer, state):
        call = call_of(row)
        page = desk.get(reverse("services:staff_call", args=[call.pk])).content.decode()
        for words in ("자리 받음", "자리 받지 않음", "이 자리를 받으시겠어요?", "만경읍 행정복지센터"):
            assert words in page
        for unsaid in ("누르셔도", "문자에는", "알려드림"):
            assert unsaid not in page
        done = desk.post(reverse("services:staff_call", args=[call.pk]), {"outcome": answer, "note": ""})
        assert done.status_code == 302, done.content.decode().split("error-summary")[-1][:900]
        row.refresh_from_db()
        call.refresh_from_db()
        assert (row.state, call.outcome, call.closed_at is not None) == (state, CallOutcome.TOLD, True)
        assert call.notice.state == NoticeState.SENT
        assert Booking.objects.live().filter(reference=row.reference).exists() == (answer == "accept")

    def test_too_late_an_answer_says_so_and_the_call_is_over(self, row, offered, desk, clock):
        call = call_of(row)
        waiting.decline(row.pk, by=BY)
        assert desk.get(reverse("services:staff_call", args=[call.pk])).status_code == 404
        assert not CallTask.objects.open().filter(notice__kind__endswith="waiting_offer").exists()

    @pytest.mark.parametrize("end", ["accept", "leave"])
    def test_no_call_is_left_over(self, row, offered, end):
        getattr(waiting, end)(row.pk, by=BY)
        left = CallTask.objects.open().filter(notice__subject_kind="consultations.waiting")
        assert not left.exists()


@pytest.mark.django_db
class TestCalls:
    @pytest.mark.parametrize(
        ("now", "due"),
        [
            ("2026-11-20 10:00", date(2026, 11, 20)),
            ("2026-11-20 18:30", date(2026, 11, 23)),
            ("2026-11-22 10:00", date(2026, 11, 23)),  # a Sunday
            ("2026-12-25 10:00", date(2026, 12, 28)),  # Christmas
        ],
    )
    def test_no_call_is_due_when_nobody_sits_at_the_desk(self, clock, make_resident, now, due):
        clock(now)
        booked(make_resident(phone=LANDLINE), clinic_day(on=date(2027, 1, 25)), at(15, 20, date(2027, 1, 25)))
        assert CallTask.objects.get(notice__kind="consultations/notices/booked").due_on == due

    def test_the_birthday_is_shown_when_asked_for_and_that_is_logged(self, row, desk):
        call = call_of(row, "waiting_received")
        address = reverse("services:staff_call", args=[call.pk])
        assert "1945" not in desk.get(address).content.decode()
        assert "1945. 3. 9." in desk.post(address, {"birthday": "1"}).content.decode()
        assert ReadingLogEntry.objects.filter(action="전화하며 태어난 날 보기", resident=row.resident).count() == 1
        assert CallTask.objects.open().filter(pk=call.pk).exists()

    def test_every_message_of_a_case_can_be_said(self, settings):
        folder = settings.BASE_DIR / "templates/consultations/notices"
        said = {path.name.split(".")[0] for path in folder.glob("*.call.txt")}
        assert said == {path.name.split(".")[0] for path in folder.glob("*.sms.txt")}
        for path in folder.glob("*.call.txt"):
            text = path.read_text()
            assert not [word for word in ("문자", "누르", "[김제시]", "http", "'") if word in text], path.name

    def test_a_text_that_never_arrived_is_said_in_the_same_words(self, clock, make_resident):
        clock("2026-11-20 10:00")
        booked(make_resident(), clinic_day())
        text = Notice.objects.get(kind="consultations/notices/booked")
        assert text.channel == "lms" or text.channel == "sms"
        assert "적어 두시겠어요?" in text.spoken
        assert "적어 두시겠어요?" not in text.text
