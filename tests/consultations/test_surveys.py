"""Two questions after a consultation: once, in time, on the web or on the telephone, and never read one by one."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.actions import bookings
from consultations.actions.surveys import NOT_HELD, TOO_OLD, answer_survey
from consultations.enums import Ease, Helped, Source
from consultations.models import Survey
from services.enums.people import Role
from services.models import HistoryEntry
from services.reports import history
from services.rules.refusal import Refused
from tests.consultations.factories import BY, EVE, booked, clinic_day, url, venue
from tests.races import at_once

TYPED = {"helped": "MUCH", "ease": "HARD"}
SAID: dict[str, Any] = {"helped": Helped.MUCH, "ease": Ease.FINE}


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@pytest.fixture
def held(db, make_resident, clock):
    """A booking whose consultation took place an hour ago."""
    booking = booked(make_resident(), clinic_day())
    clock("2026-11-23 16:20")
    bookings.complete(booking.pk, by=BY)
    return booking


class TestAnswer:
    def test_is_kept_once_with_a_history_that_does_not_tell_it(self, held):
        answer_survey(held.pk, **SAID, by=held.resident.actor, source=Source.WEB)
        with pytest.raises(Refused, match="이미 답해 주셨습니다") as again:
            answer_survey(held.pk, helped=Helped.NOT, ease=Ease.HARD, by=BY, source=Source.WEB)
        assert again.value.conflict
        survey = Survey.objects.get()
        assert (survey.helped, survey.ease, survey.source, survey.taken_by) == ("MUCH", "FINE", "WEB", None)
        entry = HistoryEntry.objects.get(subject_kind="consultations.booking", move="surveyed")
        assert (entry.reason, entry.after, entry.actor_kind) == ("", "VISIT_DONE", "resident")
        assert "만족도 답하심" in [line.what for line in history.timeline(held)]

    def test_the_last_day(self, held, clock, settings):
        settings.CONSULTATION_SURVEY_DAYS = 10
        clock("2026-12-04 00:00")
        with pytest.raises(Refused, match=TOO_OLD):
            answer_survey(held.pk, **SAID, by=BY, source=Source.WEB)
        clock("2026-12-03 23:59")
        assert answer_survey(held.pk, **SAID, by=BY, source=Source.WEB)

    @pytest.mark.django_db
    def test_only_after_a_consultation(self, make_resident, clock):
        day = clinic_day()
        booking = booked(make_resident(), day)
        gone = booked(make_resident("시연 취소", "+821099998888"), day, kind="TAX")
        bookings.cancel(gone.pk, by=BY)
        clock("2026-11-23 17:00")
        for one in (booking, gone):
            with pytest.raises(Refused, match=NOT_HELD):
                answer_survey(one.pk, **SAID, by=BY, source=Source.WEB)
        bookings.mark_missed(booking.pk, by=BY)
        with pytest.raises(Refused, match=NOT_HELD):
            answer_survey(booking.pk, **SAID, by=BY, source=Source.WEB)

    def test_the_database_wants_to_know_who_asked_on_the_telephone(self, held):
        with pytest.raises(IntegrityError, match="survey_on_the_phone_names_who_asked"), transaction.atomic():
            Survey.objects.create(booking=held, **SAID, source=Source.PHONE)
        assert not Survey.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_twice_at_the_same_moment_is_once(self, make_resident, clock):
        booking = booked(make_resident(), clinic_day())
        clock("2026-11-23 16:20")
        bookings.complete(booking.pk, by=BY)
        found = at_once(*[lambda: answer_survey(booking.pk, **SAID, by=BY, source=Source.WEB).pk] * 2)
        assert Survey.objects.get().pk in found
        assert "이미 답해 주셨습니다. 알려 주셔서 고맙습니다." in found


class TestOnTheWeb:
    def test_the_form_stands_on_the_bookings_page_until_it_is_answered(self, held, resident_client):
        client = resident_client(held.resident)
        text = client.get(url("booking", held.reference)).content.decode()
        assert "상담이 도움이 되었나요?" in text
        assert "상담이 어떠셨는지 알려 주세요." in client.get(reverse("services:my")).content.decode()
        assert "말하고 싶지 않습니다" in text
        done = client.post(url("booking_survey", held.reference), TYPED, follow=True).content.decode()
        assert "알려 주셔서 고맙습니다." in done
        assert "상담이 어떠셨는지 알려 주셔서 고맙습니다." in done
        assert "상담이 도움이 되었나요?" not in done
        assert Survey.objects.get().ease == "HARD"
        assert "상담이 어떠셨는지 알려 주세요." not in client.get(reverse("services:my")).content.decode()
        again = client.post(url("booking_survey", held.reference), TYPED, follow=True).content.decode()
        assert "이미 답해 주셨습니다. 알려 주셔서 고맙습니다." in again
        assert client.get(url("booking_survey", held.reference)).url == url("booking", held.reference)

    def test_one_answer_is_enough_but_none_is_not(self, held, resident_client):
        client = resident_client(held.resident)
        empty = client.post(url("booking_survey", held.reference), {}).content.decode()
        assert "고르신 답이 없습니다. 하나만 골라 주셔도 됩니다." in empty
        assert "오류:" in empty
        client.post(url("booking_survey", held.reference), {"ease": "FINE"})
        assert (Survey.objects.get().helped, Survey.objects.get().ease) == ("NOT_SAID", "FINE")

    def test_nonsense_is_not_taken(self, held, resident_client):
        response = resident_client(held.resident).post(url("booking_survey", held.reference), {"helped": "BAD"})
        assert response.status_code == 200
        assert not Survey.objects.exists()

    @pytest.mark.django_db
    def test_not_before_the_consultation(self, make_resident, resident_client):
        booking = booked(make_resident(), clinic_day())
        client = resident_client(booking.resident)
        assert "상담이 도움이 되었나요?" not in client.get(url("booking", booking.reference)).content.decode()
        assert client.get(url("booking_survey", booking.reference)).url == url("booking", booking.reference)

    def test_somebody_elses_is_not_found(self, held, make_resident, resident_client, client):
        assert client.get(url("booking_survey", held.reference)).url.startswith("/my/start/")
        other = resident_client(make_resident("시연 남", "+821066667777"))
        assert other.post(url("booking_survey", held.reference), TYPED).status_code == 404
        assert not Survey.objects.exists()


class TestOnTheTelephone:
    @pytest.mark.parametrize("role", [Role.CONSULTATION_OFFICER, Role.TOWNSHIP_CLERK])
    def test_staff_ask_and_note_it(self, held, staff_client, make_staff, township, role):
        user = make_staff(role, township=township)
        client = staff_client(user=user)
        page = client.get(url("staff_booking", held.reference)).content.decode()
        assert url("staff_booking_survey", held.reference) in page
        form = client.get(url("staff_booking_survey", held.reference)).content.decode()
        assert held.resident.name not in form
        done = client.post(url("staff_booking_survey", held.reference), TYPED, follow=True).content.decode()
        assert "답을 적었습니다." in done
        assert "상담이 어떠셨는지 답하셨습니다." in done
        assert "많이 되었습니다" not in done
        assert (Survey.objects.get().source, Survey.objects.get().taken_by) == ("PHONE", user)
        again = client.post(url("staff_booking_survey", held.reference), TYPED, follow=True).content.decode()
        assert "이미 답해 주셨습니다." in again
        assert (
            "지금은 여쭐 것이 없습니다."
            in client.get(url("staff_booking_survey", held.reference), follow=True).content.decode()
        )

    def test_a_clerk_of_another_township_does_not_find_it(self, held, staff_client, make_staff):
        other = make_staff(Role.TOWNSHIP_CLERK, township=venue("죽산면 행정복지센터").township)
        client = staff_client(user=other)
        assert client.post(url("staff_booking_survey", held.reference), TYPED).status_code == 404

    def test_the_auditor_sees_no_button(self, held, staff_client):
        page = staff_client(Role.AUDITOR).get(url("staff_booking", held.reference)).content.decode()
        assert url("staff_booking_survey", held.reference) not in page


def test_the_bookings_page_costs_one_query_more(held, resident_client):
    client = resident_client(held.resident)
    client.get(url("booking", held.reference))
    with CaptureQueriesContext(connection) as queries:
        client.get(url("booking", held.reference))
    assert sum("consultations_survey" in query["sql"] for query in queries) == 1
