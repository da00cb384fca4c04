"""Consents: what was shown is what is kept; nobody changes an answer; a case without its consents is not written."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from consultations.enums import BookingKind, ConsentKind, Source
from consultations.models import Booking, Enquiry
from consultations.reports.consents import booking_consents, enquiry_consents
from services.actions.consents import withdraw, write_consents
from services.enums.consents import ConsentHow
from services.models import Consent, ConsentText, HistoryEntry
from services.reports.history import timeline
from services.rules.history import Actor
from services.rules.refusal import Refused
from slate.enums import ConsentKind as SlateConsent
from slate.models import Application, Programme
from slate.reports.consents import application_consents
from tests.consultations.factories import CONSENTS, EVE, at, booked, clinic_day
from tests.services.test_my_pages import verify
from tests.slate import factories as slate

pytestmark = pytest.mark.django_db
BY = Actor.system("test")


@pytest.fixture
def booking(make_resident, clock):
    clock(EVE)
    answers = CONSENTS | {ConsentKind.NEWS: True, ConsentKind.HEALTH: False}
    return booked(make_resident(), clinic_day(), consents=answers)


def consent_of(booking, kind):
    return Consent.objects.of(booking).get(kind=kind)


def test_each_answer_is_kept_with_the_words_that_were_shown(booking):
    words = booking_consents()
    found = {one.kind: one for one in Consent.objects.of(booking).select_related("text")}
    assert {kind: one.is_given for kind, one in found.items()} == {
        "COLLECTION": True,
        "ADVISER": True,
        "NEWS": True,
        "HEALTH": False,
    }
    assert {one.how for one in found.values()} == {ConsentHow.WEB}
    assert {one.resident_id for one in found.values()} == {booking.resident_id}
    for kind, one in found.items():
        assert one.text.words == words[ConsentKind(kind)].parts
        assert one.text.version == 1


def test_changed_words_are_the_next_version_and_the_old_ones_stay(booking, make_resident, settings):
    settings.CONSULTATION_ADVISER_RETENTION = "10일"
    second = booked(make_resident("시연 둘째"), booking.clinic_day, at(16))
    old, new = consent_of(booking, "ADVISER").text, consent_of(second, "ADVISER").text
    assert (old.version, new.version) == (1, 2)
    assert "10일" not in old.words["kept"]
    assert "10일" in new.words["kept"]
    assert consent_of(booking, "COLLECTION").text == consent_of(second, "COLLECTION").text


def test_words_that_come_back_are_the_old_version(booking):
    words = booking_consents()
    Consent.objects.of(booking)
    other = {kind: replace(one, why="다른 까닭") for kind, one in words.items()}
    resident = booking.resident
    for number, shown in enumerate((other, words)):
        booking.pk = 900 + number
        write_consents(booking, {"NEWS": True}, shown, resident=resident, how=ConsentHow.PAPER)
    versions = [text.version for text in ConsentText.objects.filter(kind="NEWS").order_by("version")]
    assert versions == [1, 2]
    assert Consent.objects.of(booking).get().text.version == 1


def test_an_answer_to_a_text_that_is_not_there_is_refused(booking):
    with pytest.raises(KeyError):
        write_consents(booking, {"HEALTH": True}, enquiry_consents(), resident=booking.resident, how=ConsentHow.WEB)


@pytest.mark.parametrize(
    "change",
    [{"is_given": True}, {"kind": "NEWS2"}, {"how": "paper"}, {"subject_id": "1"}, {"at": "2020-01-01T00:00+09:00"}],
)
def test_the_database_keeps_an_answer_as_it_was(booking, change):
    rows = Consent.objects.of(booking).filter(kind="HEALTH")
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        rows.update(**change)
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        rows.delete()
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        ConsentText.objects.filter(kind="HEALTH").update(version=7)


class TestWithdrawing:
    def test_it_stands_in_the_case_and_cannot_be_undone(self, booking):
        consent = withdraw(consent_of(booking, "NEWS").pk, by=booking.resident.actor)
        assert consent.withdrawn_at
        assert not Consent.objects.of(booking).in_force().filter(kind="NEWS").exists()
        line = timeline(booking)[-1]
        assert (line.what, line.reason, line.who) == ("동의 취소", "다음 상담일과 시 행사 소식 받기", "시민")
        with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
            Consent.objects.filter(pk=consent.pk).update(withdrawn_at=None)

    def test_without_the_consent_about_health_the_help_asked_for_is_destroyed(self, make_resident, clock):
        clock(EVE)
        answers = CONSENTS | {ConsentKind.HEALTH: True, ConsentKind.NEWS: True}
        day, person = clinic_day(), make_resident()
        booking = booked(person, day, needs=["WHEELCHAIR"], question="담장", consents=answers)
        withdraw(consent_of(booking, "NEWS").pk, by=BY)
        booking.refresh_from_db()
        assert booking.needs == ["WHEELCHAIR"]
        withdraw(consent_of(booking, "HEALTH").pk, by=BY)
        booking.refresh_from_db()
        assert (booking.needs, booking.question, bool(booking.needs_destroyed_at)) == ([], "담장", True)
        assert [line.what for line in timeline(booking)][-2:] == ["동의 취소", "적힌 내용 지움"]

    def test_twice_is_once(self, booking):
        first = withdraw(consent_of(booking, "NEWS").pk, by=BY)
        assert withdraw(first.pk, by=BY).withdrawn_at == first.withdrawn_at
        assert HistoryEntry.objects.filter(move="consent_withdrawn").count() == 1

    def test_what_was_refused_cannot_be_withdrawn(self, booking):
        refused = consent_of(booking, "HEALTH")
        with pytest.raises(Refused, match="동의하지 않으신"):
            withdraw(refused.pk, by=BY)
        with pytest.raises(IntegrityError, match="only_a_given_consent_is_withdrawn"), transaction.atomic():
            Consent.objects.filter(pk=refused.pk).update(withdrawn_at=refused.at)

    def test_given_again_it_is_a_new_answer(self, booking):
        withdraw(consent_of(booking, "NEWS").pk, by=BY)
        write_consents(booking, {"NEWS": True}, booking_consents(), resident=booking.resident, how=ConsentHow.SPOKEN)
        assert Consent.objects.of(booking).filter(kind="NEWS").count() == 2


def refused_at_commit():
    return pytest.raises((IntegrityError, InternalError), match="a required consent is missing")


def check_now():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class TestTheDatabaseRefusesACaseWithoutItsConsents:
    """Deferred to the commit, because the consents are written after the row that they belong to."""

    @pytest.mark.parametrize("missing", SlateConsent.REQUIRED)
    def test_an_application(self, clock, missing, monkeypatch):
        clock("2020-02-03 10:00")
        programme = slate.programme_of_2020()
        monkeypatch.setattr(SlateConsent, "REQUIRED", ())  # even a verb that forgets to look
        with refused_at_commit(), transaction.atomic():
            slate.submitted(programme, consents=slate.CONSENTS | {missing: False})
            check_now()
        assert not Application.objects.exists()
        slate.submitted(programme)
        check_now()

    @pytest.mark.parametrize("source", [Source.WEB, Source.HELPER, Source.API])
    def test_a_booking_over_the_web(self, booking, source, monkeypatch):
        again = {name: getattr(booking, name) for name in ("resident", "clinic_day", "starts_at", "minutes", "kind")}
        with refused_at_commit(), transaction.atomic():
            Booking.objects.create(**again, on="2026-11-24", reference="000001", source=source)
            check_now()
        assert Booking.objects.count() == 1

    def test_a_question(self, make_resident, clock):
        clock("2026-11-20 10:00")
        with refused_at_commit(), transaction.atomic():
            asker = make_resident()
            Enquiry.objects.create(
                reference="Q-1", resident=asker, kind=BookingKind.LAW, asked_on="2026-11-20", due_on="2026-12-04"
            )
            check_now()

    def test_a_booking_by_staff_needs_none(self, booking):
        again = {name: getattr(booking, name) for name in ("resident", "clinic_day", "starts_at", "minutes", "kind")}
        Booking.objects.create(**again, on="2026-11-24", reference="000001", source=Source.PHONE)
        check_now()


def test_the_required_consents_are_named_once():
    """The words that a person reads say the same as what the verbs and triggers ask for."""
    for words in (booking_consents(), enquiry_consents()):
        assert [kind for kind, one in words.items() if one.is_required] == list(ConsentKind.REQUIRED)
    for_slate = application_consents(Programme())
    assert [kind for kind, one in for_slate.items() if one.is_required] == list(SlateConsent.REQUIRED)


class TestPages:
    """내가 동의한 것: what the text of the consent promises ("언제든 '내 신청 확인'에서 그만 받을 수 있습니다")."""

    @pytest.fixture
    def mine(self, client, booking):
        verify(client, booking.resident.shown_phone)
        return client

    def test_what_was_agreed_to_stands_with_its_words_and_what_was_refused_does_not(self, mine, booking):
        assert reverse("services:my_consents") in mine.get(reverse("services:my")).content.decode()
        text = mine.get(reverse("services:my_consents")).content.decode()
        for kind in ("COLLECTION", "ADVISER", "NEWS"):
            assert escape(str(booking_consents()[ConsentKind(kind)].what)) in text
        assert booking_consents()[ConsentKind.HEALTH].title not in text
        assert text.count("이 동의 취소하기") == 1  # the optional one

    def test_the_optional_one_is_asked_once_and_taken_back(self, mine, booking):
        address = reverse("services:my_consent", args=[consent_of(booking, "NEWS").pk])
        assert "이 동의를 취소할까요?" in mine.get(address).content.decode()
        assert consent_of(booking, "NEWS").withdrawn_at is None
        done = mine.post(address, follow=True).content.decode()
        assert "동의를 취소했습니다." in done
        assert "이 동의 취소하기" not in done
        assert consent_of(booking, "NEWS").withdrawn_at
        assert HistoryEntry.objects.get(move="consent_withdrawn").actor_key == str(booking.resident_id)
        assert mine.post(address).status_code == 404  # once more: it is gone

    @pytest.mark.parametrize("kind", ["COLLECTION", "HEALTH"])
    def test_a_required_or_refused_one_has_no_button_and_no_address(self, mine, booking, kind):
        address = reverse("services:my_consent", args=[consent_of(booking, kind).pk])
        assert mine.get(address).status_code == mine.post(address).status_code == 404
        assert consent_of(booking, kind).withdrawn_at is None

    def test_somebody_elses_is_not_found(self, client, booking):
        verify(client, "010-9999-0000")
        assert "지금 쓰이는 동의가 없습니다." in client.get(reverse("services:my_consents")).content.decode()
        address = reverse("services:my_consent", args=[consent_of(booking, "NEWS").pk])
        assert client.post(address).status_code == 404
        assert consent_of(booking, "NEWS").withdrawn_at is None

    def test_the_page_costs_the_same_for_one_and_for_many(self, mine, booking):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                mine.get(reverse("services:my_consents"))
            return len(queries)

        cost()
        before = cost()
        for number in range(8):
            booking.pk = 900 + number
            write_consents(
                booking, {"NEWS": True}, booking_consents(), resident=booking.resident, how=ConsentHow.PAPER
            )
        assert cost() == before
