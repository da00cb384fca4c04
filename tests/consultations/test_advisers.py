"""An adviser's own desk: the client's question (logged), the result, and the sheet of the day with the least data."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.actions import bookings
from consultations.models import Result, Sitting
from services.enums.people import Role
from services.models import ReadingLogEntry
from tests.consultations.factories import BY, EVE, at, booked, clinic_day

pytestmark = pytest.mark.django_db
TYPED = {"topic": "LEASE", "outcome": "EXPLAINED", "follow_up": "LEGAL_AID", "minutes": "20", "note": "내용증명 안내"}


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


def url(page: str, *args: object) -> str:
    return reverse(f"consultations:{page}", args=args)


@pytest.fixture
def day():
    return clinic_day()


@pytest.fixture
def lawyer(day, make_staff):
    found = Sitting.objects.get(clinic_day=day, adviser__kind="LAW").adviser
    found.user = make_staff(Role.ADVISER, username="lawyer")
    found.save()
    return found


@pytest.fixture
def desk(staff_client, lawyer):
    return staff_client(user=lawyer.user)


@pytest.fixture
def booking(day, make_resident):
    return booked(make_resident(), day, question="보증금을 못 받았습니다.", other_party="박상대")


class TestMyDays:
    def test_the_question_is_read_and_logged(self, desk, booking):
        listed = desk.get(url("staff_my_days")).content.decode()
        assert url("staff_my_booking", booking.reference) in listed
        assert booking.resident.name not in listed
        text = desk.get(url("staff_my_booking", booking.reference)).content.decode()
        assert "보증금을 못 받았습니다." in text
        assert "박상대" in text
        assert ReadingLogEntry.objects.get().action == "상담 내용 보기"

    def test_a_tax_accountant_does_not_see_the_lawyer_booking(self, staff_client, make_staff, day, lawyer, booking):
        other = Sitting.objects.get(clinic_day=day, adviser__kind="TAX").adviser
        other.user = make_staff(Role.ADVISER, username="tax")
        other.save()
        client = staff_client(user=other.user)
        for page in ("staff_my_booking", "staff_result"):
            assert client.get(url(page, booking.reference)).status_code == 404
        assert not ReadingLogEntry.objects.exists()

    def test_officers_stay_outside(self, staff_client, booking):
        client = staff_client(Role.CONSULTATION_OFFICER)
        for page in ("staff_my_booking", "staff_result"):
            assert client.get(url(page, booking.reference)).status_code == 403

    def test_costs_the_same_for_one_and_six(self, desk, day, booking, make_resident):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                desk.get(url("staff_my_days"))
            return len(queries)

        count()
        with_one = count()
        for number, start in enumerate((at(15), at(15, 40), at(16), at(16, 20), at(16, 40))):
            booked(make_resident(f"시연 {number}"), day, start)
        assert count() == with_one


class TestResult:
    def test_is_written_once_and_closes_the_booking(self, desk, staff_client, lawyer, booking, clock):
        early = desk.post(url("staff_result", booking.reference), TYPED)
        assert "아직 상담 시간이 되지 않았습니다." in early.content.decode()
        clock("2026-11-23 15:45")
        desk = staff_client(user=lawyer.user)
        assert (
            url("staff_result", booking.reference)
            in desk.get(url("staff_my_booking", booking.reference)).content.decode()
        )
        desk.post(url("staff_result", booking.reference), TYPED)
        booking.refresh_from_db()
        result = Result.objects.get()
        assert (booking.state, result.adviser, result.follow_up) == ("VISIT_DONE", lawyer, "LEGAL_AID")
        again = desk.post(url("staff_result", booking.reference), TYPED)
        assert "이 상담의 결과는 이미 적었습니다." in again.content.decode()
        text = desk.get(url("staff_my_booking", booking.reference)).content.decode()
        assert "방법을 알려드림" in text
        assert "내용증명 안내" in text
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(t)::text FROM consultations_result t")
            assert "내용증명" not in cursor.fetchone()[0]

    def test_not_of_a_cancelled_booking(self, staff_client, lawyer, booking, clock):
        bookings.cancel(booking.pk, by=BY)
        clock("2026-11-23 15:45")
        desk = staff_client(user=lawyer.user)
        assert desk.get(url("staff_result", booking.reference)).status_code == 404  # its time is free again
        assert not Result.objects.exists()

    def test_a_joint_booking_has_two_results(self, staff_client, lawyer, day, make_resident, clock):
        booking = booked(make_resident(), day, kind="BOTH")
        clock("2026-11-23 15:45")
        staff_client(user=lawyer.user).post(url("staff_result", booking.reference), TYPED)
        other = Sitting.objects.get(clinic_day=day, adviser__kind="TAX").adviser
        Result.objects.create(booking=booking, adviser=other, topic="LAND", outcome="SOLVED", minutes=10)
        assert set(booking.results.values_list("adviser", flat=True)) == {lawyer.pk, other.pk}
        with pytest.raises(Exception, match="result_once_per_adviser"), transaction.atomic():
            Result.objects.create(booking=booking, adviser=other, topic="LAND", outcome="SOLVED", minutes=10)
        assert set(booking.results.values_list("adviser", flat=True)) == {lawyer.pk, other.pk}
        with pytest.raises(Exception, match="result_takes_1_to_240_minutes"), transaction.atomic():
            Result.objects.update(minutes=241)


class TestDaySheet:
    def test_has_the_least_data_and_is_logged(self, staff_client, day, booking, make_resident):
        gone = booked(make_resident("시연 취소", "+821055554444"), day, at(16))
        bookings.cancel(gone.pk, by=BY)
        text = staff_client(Role.CONSULTATION_OFFICER).get(url("staff_day_sheet", day.pk)).content.decode()
        assert "오늘 상담 1건 · 이 종이는 상담이 끝나면 담당자에게 돌려주세요." in text
        assert booking.resident.name in text
        for hidden in ("보증금", "박상대", "010-1234-5678", "시연 취소"):
            assert hidden not in text
        assert ReadingLogEntry.objects.get().action == "상담일 명단 인쇄"

    def test_of_another_township_is_not_found(self, staff_client, day):
        assert staff_client(Role.TOWNSHIP_CLERK).get(url("staff_day_sheet", day.pk)).status_code == 404
