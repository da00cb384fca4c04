"""Other programs book as people do: the same rules, a proved phone, the same request twice done once."""

import json
import re
from datetime import time, timedelta
from functools import cache
from itertools import count

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from jsonschema_rs import Draft202012Validator

from consultations.enums import BookingState, ClinicDayState, Need
from consultations.models import Booking, Waiting
from services.actions.api_requests import forget_answers
from services.enums.people import VerificationState
from services.models import ApiRequest, Consent, HistoryEntry, Notice, Resident, Verification
from tests.conftest import StrictClient
from tests.consultations.factories import EVE, MONDAY, at, booked, clinic_day, code, venue

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/consultations"
PHONE, OTHER_PHONE = "010-1234-5678", "010-8765-4321"
KEYS = count()


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@cache
def document():
    """The OpenAPI document with its `nullable` as JSON Schema says it."""
    text = StrictClient().get("/api/v1/schema", {"format": "json"}).content

    def plain(part):
        if isinstance(part, list):
            return [plain(one) for one in part]
        if not isinstance(part, dict):
            return part
        inner = {key: plain(one) for key, one in part.items() if key != "nullable"}
        if "properties" in inner:
            inner["additionalProperties"] = False  # nothing is told that the document does not know
        return {"anyOf": [inner, {"type": "null"}]} if part.get("nullable") is True else inner

    return plain(json.loads(text))


def operation(method, path):
    """What the document says about this address."""
    parts = f"{ROOT}/{path}".split("/")
    for known, operations in document()["paths"].items():
        names = known.split("/")
        if len(names) == len(parts) and all(a == b or a[:1] == "{" for a, b in zip(names, parts, strict=True)):
            return operations[method]
    raise LookupError(path)


class Program:
    """A program that calls the API for somebody."""

    def __init__(self, client, token=""):
        self.client, self.token = client, token

    def get(self, path, **query):
        return self._documented("get", path, self.client.get(f"{ROOT}/{path}", query, headers=self._headers()))

    def post(self, path, body=None, *, key=None, **headers):
        once = {"Idempotency-Key": f"k-{next(KEYS)}" if key is None else key}
        text = json.dumps(body if body is not None else {})
        headers = {**self._headers(), **once, **headers}
        answer = self.client.post(f"{ROOT}/{path}", text, content_type="application/json", headers=headers)
        return self._documented("post", path, answer)

    def _documented(self, method, path, answer):
        """Every answer in this file is one that the OpenAPI document promises."""
        responses = operation(method, path)["responses"]
        assert str(answer.status_code) in responses, (path, answer.status_code, answer.content)
        promised = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
        whole = {**promised, "components": document()["components"]}
        Draft202012Validator(whole, validate_formats=True).validate(answer.json())
        return answer

    def _headers(self):
        return {"Authorization": f"Phone {self.token}"} if self.token else {}

    def prove(self, phone=PHONE):
        sent = self.post("verifications", {"phone": phone})
        assert sent.status_code == 202, sent.content
        checked = self.post(f"verifications/{sent.json()['id']}/check", {"code": code()})
        assert checked.status_code == 200, checked.content
        self.token = checked.json()["token"]
        return self


@pytest.fixture
def stranger(client):
    return Program(client)


@pytest.fixture
def program(client):
    return Program(client).prove()


@pytest.fixture
def day():
    return clinic_day()


def wish(day, clock="1520", **other):
    facts = {
        "kind": "LAW",
        "topic": "LEASE",
        "slot": f"{day.pk}-{clock}",
        "name": "시연 김만경",
        "born_on": "1945-03-09",
        "township": "만경읍",
        "question": "보증금을 돌려받지 못했습니다.",
        "other_party": "박상대",
        "has_lawsuit": False,
        "needs": ["WHEELCHAIR"],
        "consents": {"COLLECTION": True, "ADVISER": True, "HEALTH": True, "NEWS": False},
    }
    return {**facts, **other}


def queries(call):
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert call().status_code == 200
    return len(found)


class TestTimetable:
    def test_places_have_their_next_day(self, stranger, day):
        venue("검산동 주민센터")
        answer = stranger.get("places", kind="TAX").json()
        first = next(place for place in answer["places"] if place["id"] == day.venue_id)
        assert first["township"]["name"] == "만경읍"
        assert first["next"]["on"] == "2026-11-23"
        assert (first["next"]["state"], first["next"]["free"]) == ("OPEN", 6)
        assert [place["next"] for place in answer["places"] if place["id"] != day.venue_id] == [None]

    def test_every_time_is_told_free_or_not(self, stranger, day, make_resident):
        booked(make_resident(), day)
        answer = stranger.get("slots", kind="LAW")
        (only,) = answer.json()["days"]
        assert only["slots"][0] == {
            "value": f"{day.pk}-1500",
            "starts_at": "2026-11-23T15:00:00+09:00",
            "is_free": True,
            "order": "SAME",
        }
        assert [slot["is_free"] for slot in only["slots"]] == [True, False, True, True, True, True]
        assert "no-store" in answer["Cache-Control"]

    def test_a_joint_wish_sees_when_both_can_be_met_together_or_in_turn(self, stranger, day, make_resident):
        booked(make_resident(), day)
        (only,) = stranger.get("slots", kind="BOTH").json()["days"]
        assert [slot["value"].partition("-")[2] for slot in only["slots"] if slot["is_free"]] == [
            "1500", "1520-TAX", "1540", "1600", "1620", "1640"
        ]  # fmt: skip
        assert [slot["order"] for slot in only["slots"]] == ["SAME", "TAX", "SAME", "SAME", "SAME", "SAME"]
        assert stranger.get("slots", kind="UNSURE").json()["days"][0]["free"] == 5

    def test_days_that_are_full_or_in_review_say_so(self, stranger, make_resident):
        full, review = clinic_day("LAW"), clinic_day("LAW", on=MONDAY + timedelta(days=28), state="REVIEW")
        for number in range(6):
            person = make_resident(name=f"시연 {number}", phone=f"+8210000000{number:02d}")
            booked(person, full, at(15, 0) + timedelta(minutes=20 * number))
        days = stranger.get("slots", kind="LAW").json()["days"]
        assert [(one["id"], one["state"], one["free"]) for one in days] == [
            (full.pk, "FULL", 0),
            (review.pk, "REVIEW", 0),
        ]
        assert days[1]["state_label"] == "아직 예약을 받지 않음"

    def test_days_are_chosen_by_place_and_date(self, stranger, day):
        later = clinic_day(on=MONDAY + timedelta(days=28), where=venue("검산동 주민센터"))

        def found(**query):
            return [one["id"] for one in stranger.get("slots", kind="LAW", **query).json()["days"]]

        assert found() == [day.pk, later.pk]
        assert found(venue=later.venue_id) == [later.pk]
        assert found(**{"from": "2026-11-24"}) == [later.pk]
        assert found(until="2026-11-24") == [day.pk]

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"kind": "POETRY"},
            {"kind": "LAW", "venue": 999_999},
            {"kind": "LAW", "venue": "9" * 400},
            {"kind": "LAW", "venue": "하나"},
            {"kind": "LAW", "from": "내일"},
            {"kind": "LAW", "until": "2026-13-45"},
        ],
    )
    def test_what_cannot_be_meant_is_named_in_korean(self, stranger, query):
        answer = stranger.get("slots", **query)
        assert answer.status_code == 400
        assert re.search("[가-힣]", answer.content.decode())
        assert not re.search(r"[A-Za-z]{4,} (is|not)", answer.content.decode())

    @pytest.mark.parametrize("page", ["slots", "places"])
    def test_twenty_places_cost_no_more_queries_than_one(self, stranger, day, page):
        one = queries(lambda: stranger.get(page, kind="LAW"))
        for number in range(20):
            clinic_day(where=venue(f"시연 {number}번 장소", order=number))
        assert queries(lambda: stranger.get(page, kind="LAW")) == one


class TestPhone:
    def test_a_code_by_text_message_becomes_a_token(self, stranger):
        sent = stranger.post("verifications", {"phone": "010 1234 5678"})
        assert sent.json()["expires_at"] == "2026-11-20T10:03:00+09:00"
        answer = stranger.post(f"verifications/{sent.json()['id']}/check", {"code": f"인증번호 {code()}"})
        assert answer.status_code == 200
        assert answer.json()["expires_at"] == "2026-11-20T10:30:00+09:00"
        assert "1234" not in answer.json()["token"]
        assert "no-store" in answer["Cache-Control"]

    def test_a_code_opens_once(self, stranger):
        key = stranger.post("verifications", {"phone": PHONE}).json()["id"]
        digits = code()
        assert stranger.post(f"verifications/{key}/check", {"code": digits}).status_code == 200
        again = stranger.post(f"verifications/{key}/check", {"code": digits})
        assert (again.status_code, again.json()["field"]) == (400, "code")
        assert "이미 쓴 인증번호" in again.json()["detail"]

    def test_five_wrong_codes_stop_the_phone(self, stranger):
        key = stranger.post("verifications", {"phone": PHONE}).json()["id"]
        wrong = "000000" if code() != "000000" else "111111"
        for _ in range(5):
            assert stranger.post(f"verifications/{key}/check", {"code": wrong}).status_code == 400
        assert Verification.objects.get().state == VerificationState.BLOCKED
        assert stranger.post("verifications", {"phone": PHONE}).status_code == 400

    def test_a_check_cannot_be_guessed(self, stranger):
        stranger.post("verifications", {"phone": PHONE})
        for key in (str(Verification.objects.get().pk), "x", "x:y:z", "\u200b"):
            answer = stranger.post(f"verifications/{key}/check", {"code": "123456"})
            assert answer.status_code == 404
        assert Verification.objects.get().tries == 0

    def test_a_late_code_and_a_forgotten_one(self, stranger, clock):
        key = stranger.post("verifications", {"phone": PHONE}).json()["id"]
        clock("2026-11-20 10:04")
        assert "3분이 지났습니다" in stranger.post(f"verifications/{key}/check", {"code": code()}).json()["detail"]
        Verification.objects.all().delete()
        assert stranger.post(f"verifications/{key}/check", {"code": "123456"}).status_code == 404

    @pytest.mark.parametrize(
        ("phone", "words"),
        [
            ("063-540-3114", "집 전화"),
            ("02-123", "숫자 개수"),
            ("공일공", "글자가"),
            ("", "비어"),
            (None, "비워"),
            (1012345678, "글이어야"),
            (["010"], "글이어야"),
            ("\x00\u3164", "비어"),
            ("0" * 10_000, "다른 나라"),
        ],
    )
    def test_a_phone_that_gets_no_code(self, stranger, phone, words):
        answer = stranger.post("verifications", {"phone": phone})
        assert answer.status_code == 400
        assert words in answer.content.decode()
        assert not Verification.objects.exists()

    def test_the_limits_of_the_web_are_the_limits_here(self, stranger, settings):
        settings.VERIFICATION_PER_PHONE_PER_DAY = 1
        assert stranger.post("verifications", {"phone": PHONE}).status_code == 202
        assert "하루 1번까지" in stranger.post("verifications", {"phone": PHONE}).json()["detail"]

    @pytest.mark.parametrize("token", ["", "x", "\x00", "a:b:c", "eyJhIjoxfQ:1tXxXx:AAAA"])
    def test_without_a_token_nothing_opens(self, client, token):
        answer = Program(client, token).get("bookings")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Phone"
        assert re.search("[가-힣]", answer.json()["detail"])

    def test_a_token_ends_after_half_an_hour(self, program, clock):
        clock("2026-11-20 10:29")
        assert program.get("bookings").status_code == 200
        clock("2026-11-20 10:31")
        assert program.get("bookings").status_code == 401

    def test_the_session_of_the_web_is_no_token(self, stranger, resident_client, make_resident):
        resident_client(make_resident())
        assert stranger.get("bookings").status_code == 401


class TestBook:
    def test_a_booking_is_made_as_on_the_web(self, program, day):
        answer = program.post("bookings", wish(day))
        assert answer.status_code == 201, answer.content
        told, made = answer.json(), Booking.objects.get()
        assert told["reference"] == made.reference
        assert told["starts_at"] == "2026-11-23T15:20:00+09:00"
        assert told["ends_at"] == "2026-11-23T15:40:00+09:00"
        assert told["place"]["name"] == "만경읍 행정복지센터"
        assert (told["state"], told["state_label"], told["can_change"]) == ("CONFIRMED", "예약됨", True)
        assert (made.source, made.question, made.other_party) == ("API", "보증금을 돌려받지 못했습니다.", "박상대")
        assert made.resident.phone == "+821012345678"
        assert made.resident.born_on == "1945-03-09"
        assert Consent.objects.filter(is_given=True).count() == 3
        entry = HistoryEntry.objects.get(subject_kind="consultations.booking")
        assert (entry.actor_kind, entry.actor_key) == ("resident", str(made.resident_id))
        assert Notice.objects.filter(kind="consultations/notices/booked").exists()

    def test_no_answer_repeats_what_was_asked(self, program, day):
        made = program.post("bookings", wish(day))
        listed = program.get("bookings")
        for answer in (made, listed, program.get(f"bookings/{made.json()['reference']}")):
            text = answer.content.decode()
            assert "보증금" not in text
            assert "박상대" not in text
            assert "1234" not in text

    def test_a_tax_question_keeps_no_other_party_and_needs_no_consent_about_health(self, program, day):
        program.post("bookings", wish(day, kind="TAX", topic="LOCAL_TAX", needs=[]))
        made = Booking.objects.get()
        assert (made.other_party, made.has_lawsuit, made.needs) == ("", None, [])
        assert not Consent.objects.filter(kind="HEALTH").exists()

    def test_both_advisers_are_met_one_after_the_other(self, program, day, make_resident):
        booked(make_resident(name="시연 다른이", phone="+821011112222"), day)
        answer = program.post("bookings", wish(day, "1520-TAX", kind="BOTH"))
        assert (answer.status_code, answer.json()["order"]) == (201, "TAX")
        assert answer.json()["ends_at"] == "2026-11-23T16:00:00+09:00"

    def test_one_adviser_has_no_order(self, program, day):
        answer = program.post("bookings", wish(day, "1520-TAX"))
        assert (answer.status_code, list(answer.json())) == (400, ["slot"])
        reference = program.post("bookings", wish(day)).json()["reference"]
        move = program.post(f"bookings/{reference}/move", {"slot": f"{day.pk}-1600-LAW"})
        assert (move.status_code, list(move.json())) == (400, ["slot"])

    def test_needs_stay_only_with_the_consent(self, program, day):
        consents = {"COLLECTION": True, "ADVISER": True, "HEALTH": False}
        assert program.post("bookings", wish(day, consents=consents)).json()["needs"] == []
        assert Booking.objects.get().needs == []

    def test_the_loser_of_a_slot_is_told(self, program, day, make_resident):
        booked(make_resident(name="시연 다른이", phone="+821011112222"), day)
        answer = program.post("bookings", wish(day), key="k")
        assert answer.status_code == 409
        assert "방금 다른 분이" in answer.json()["detail"]
        assert not ApiRequest.objects.exists()
        assert not Resident.objects.filter(name_index="").exists()
        assert (
            program.post("bookings", wish(day, "1600"), key="k").status_code == 201
        )  # refused: the key is still free

    def test_one_person_once_a_day(self, program, day):
        program.post("bookings", wish(day))
        assert program.post("bookings", wish(day, "1600")).status_code == 409

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("kind", "POETRY", "고를 수 있는 값"),
            ("kind", None, "비워"),
            ("topic", "LOCAL_TAX", "고를 수 없는 분야"),
            ("slot", "x", "상담 시간이 없습니다"),
            ("slot", "999999-1520", "상담 시간이 없습니다"),
            ("slot", 17, "글이어야"),
            ("name", "", "비어"),
            ("name", "김1", "숫자가"),
            ("name", "김" * 41, "40자"),
            ("name", "\x00\u3164", "비어"),
            ("name", "\ud800", "비어"),
            ("name", {"a": 1}, "글이어야"),
            ("born_on", "2013-01-01", "14세"),
            ("born_on", "2027-01-01", "오늘보다 뒤"),
            ("born_on", "1899-01-01", "태어난 해"),
            ("born_on", "어제", "1945-03-09"),
            ("township", "서울", "읍·면·동이 없습니다"),
            ("question", "가" * 2001, "2000자"),
            ("question", "가" * 10_000, "2000자"),
            ("question", "제 번호는 900101-1234567입니다", "주민등록번호"),
            ("other_party", "박상대 900101-1234567", "주민등록번호"),
            ("has_lawsuit", "yes", "true"),
            ("needs", "WHEELCHAIR", "목록"),
            ("needs", ["FLYING"], "고를 수 있는 값"),
            ("needs", ["WHEELCHAIR"] * 99, "까지"),
            ("consents", None, "비워"),
            ("consents", [], "짝지어"),
            ("consents", {"COLLECTION": True}, "이 값을 보내"),
            ("consents", {"COLLECTION": "true", "ADVISER": 1}, "true 또는 false"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_booked(self, program, day, field, value, words):
        answer = program.post("bookings", wish(day, **{field: value}))
        assert answer.status_code == 400, answer.content
        assert field in answer.json()
        assert words in answer.content.decode()
        assert not Booking.objects.exists()
        assert not ApiRequest.objects.exists()

    def test_a_required_consent_that_is_refused(self, program, day):
        answer = program.post("bookings", wish(day, consents={"COLLECTION": False, "ADVISER": True}))
        assert (answer.status_code, answer.json()["field"]) == (400, "COLLECTION")
        assert not Resident.objects.exists()

    def test_times_that_cannot_be_had(self, program, day, clock):
        review = clinic_day(on=MONDAY + timedelta(days=28), state=ClinicDayState.REVIEW)
        for body in (
            wish(day, "1510"),
            wish(day, "2359"),
            wish(review),
            wish(day, kind="TAX", topic="UNSURE", slot="0-0000"),
        ):
            assert program.post("bookings", body).status_code == 400
        clock("2026-11-23 15:30")
        late = Program(program.client).prove()
        assert "이미 지났습니다" in late.post("bookings", wish(day)).json()["detail"]

    @pytest.mark.parametrize(
        "text",
        ["", "[]", "null", '"x"', "1", "{", "\xff", '{"a":' * 20_000, "[" * 60_000, "9" * 5000, '{"kind": NaN}'],
    )
    def test_a_body_that_is_no_booking(self, program, day, text):
        headers = {"Authorization": f"Phone {program.token}", "Idempotency-Key": "k"}
        answer = program.client.post(
            f"{ROOT}/bookings", text.encode("latin-1"), content_type="application/json", headers=headers
        )
        assert answer.status_code == 400, answer.content
        assert re.search("[가-힣]", answer.content.decode())

    def test_a_body_of_a_megabyte_and_one_that_is_no_json(self, program, day):
        assert program.post("bookings", wish(day, question="가" * 100_000)).status_code == 400
        headers = {"Authorization": f"Phone {program.token}", "Idempotency-Key": "k"}
        form = program.client.post(f"{ROOT}/bookings", {"kind": "LAW"}, headers=headers)
        assert (form.status_code, "JSON" in form.json()["detail"]) == (415, True)

    @pytest.mark.parametrize("key", ["", " ", "x" * 81, "열쇠", "a\tb"])
    def test_a_key_is_needed(self, program, day, key):
        answer = program.post("bookings", wish(day), key=key)
        assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")
        assert not Booking.objects.exists()

    def test_a_phone_changes_only_so_much_a_day(self, program, day, settings):
        settings.CONSULTATION_API_PER_PHONE_PER_DAY = 1
        made = program.post("bookings", wish(day), key="k")
        refused = program.post(f"bookings/{made.json()['reference']}/cancel")
        assert refused.status_code == 429
        assert "하루에 1번까지" in refused.json()["detail"]
        assert program.post("bookings", wish(day), key="k").status_code == 200
        assert Booking.objects.get().is_live


class TestSameRequestTwice:
    def test_it_is_done_once_and_answered_the_same(self, program, day):
        first, again = program.post("bookings", wish(day), key="k"), program.post("bookings", wish(day), key="k")
        assert (first.status_code, again.status_code) == (201, 200)
        assert again["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first
        assert first.json() == again.json()
        assert Booking.objects.count() == 1

    def test_the_order_of_words_does_not_matter(self, program, day):
        body = wish(day)
        program.post("bookings", body, key="k")
        assert program.post("bookings", dict(reversed(body.items())), key="k").status_code == 200

    def test_another_body_needs_another_key(self, program, day):
        program.post("bookings", wish(day), key="k")
        answer = program.post("bookings", wish(day, "1600"), key="k")
        assert answer.status_code == 422
        assert "새 값을" in answer.json()["detail"]
        assert Booking.objects.count() == 1

    def test_a_key_belongs_to_its_phone(self, program, day, client):
        other = Program(client).prove(OTHER_PHONE)
        program.post("bookings", wish(day), key="k")
        assert other.post("bookings", wish(day, "1600", name="시연 이웃"), key="k").status_code == 201

    def test_the_kept_answer_is_unreadable_in_the_database(self, program, day):
        reference = program.post("bookings", wish(day), key="my-key").json()["reference"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(r)::text FROM services_apirequest r")
            (row,) = cursor.fetchone()
        for secret in (reference, "김만경", "my-key", "만경읍", "5678"):
            assert secret not in row
        assert ApiRequest.objects.get().answer["reference"] == reference
        assert ApiRequest.objects.get().status == 201

    def test_what_breaks_leaves_neither_booking_nor_key(self, program, day, monkeypatch):
        monkeypatch.setattr("consultations.api.bookings._fresh", lambda booking: {"reference": booking.nothing})
        with pytest.raises(AttributeError):
            program.post("bookings", wish(day), key="k")
        monkeypatch.undo()
        assert not Booking.objects.exists()
        assert not ApiRequest.objects.exists()
        assert program.post("bookings", wish(day), key="k").status_code == 201

    def test_answers_are_forgotten_after_two_days(self, program, day, clock):
        program.post("bookings", wish(day))
        clock("2026-11-22 09:59")
        assert forget_answers() == 0
        clock("2026-11-22 10:01")
        assert forget_answers() == 1
        assert "services.actions.api_requests.forget_answers" in django_settings.PURGE_SOURCES


class TestOwnBookings:
    @pytest.fixture
    def own(self, program, day):
        return program.post("bookings", wish(day)).json()["reference"]

    @pytest.fixture
    def foreign(self, day, make_resident):
        return booked(make_resident(name="시연 다른이", phone="+821011112222"), day, at(16)).reference

    def test_own_ones_are_listed_and_nobody_elses(self, program, own, foreign):
        assert [one["reference"] for one in program.get("bookings").json()["bookings"]] == [own]
        assert program.get(f"bookings/{own}").json()["name"] == "시연 김만경"
        assert program.get(f"bookings/{own[:3]}-{own[3:]}").status_code == 200

    def test_somebody_elses_number_looks_like_no_number(self, program, own, foreign, day):
        unknown = "000001"
        for act, body in (("", None), ("/move", {"slot": f"{day.pk}-1640"}), ("/cancel", {})):
            answers = []
            for reference in (foreign, unknown, "x" * 200, "예약"):
                path = f"bookings/{reference}{act}"
                answers.append(program.post(path, body) if act else program.get(path))
            assert {answer.status_code for answer in answers} == {404}
            assert len({answer.content for answer in answers}) == 1
        assert Booking.objects.get(reference=foreign).is_live

    def test_moving_keeps_the_number(self, program, own, day):
        answer = program.post(f"bookings/{own}/move", {"slot": f"{day.pk}-1600"}, key="m")
        assert answer.status_code == 200
        assert answer.json()["starts_at"] == "2026-11-23T16:00:00+09:00"
        replay = program.post(f"bookings/{own}/move", {"slot": f"{day.pk}-1600"}, key="m")
        assert (replay.json(), replay["Idempotency-Replayed"]) == (answer.json(), "true")
        assert Booking.objects.get().sequence == 1
        moved = HistoryEntry.objects.get(subject_kind="consultations.booking", move="moved")
        assert moved.actor_key == str(Booking.objects.get().resident_id)
        assert program.post(f"bookings/{own}/move", {"slot": f"{day.pk}-1640"}, key="m").status_code == 422

    def test_moving_to_a_taken_time_keeps_the_old_one(self, program, own, foreign, day):
        answer = program.post(f"bookings/{own}/move", {"slot": f"{day.pk}-1600"})
        assert answer.status_code == 409
        assert Booking.objects.get(reference=own).starts_at == at(15, 20)

    def test_cancelling_gives_the_time_back(self, program, own, day):
        answer = program.post(f"bookings/{own}/cancel", {"reason": "SOLVED"}, key="c")
        assert (answer.json()["state"], answer.json()["can_change"]) == ("CANCELLED", False)
        made = Booking.objects.get()
        assert (made.state, made.cancel_reason, made.holds.count()) == (BookingState.CANCELLED, "SOLVED", 0)
        assert program.post(f"bookings/{own}/cancel", {"reason": "SOLVED"}, key="c").status_code == 200
        again = program.post(f"bookings/{own}/cancel", {})
        assert (again.status_code, "이미 취소된" in again.json()["detail"]) == (409, True)
        assert program.post(f"bookings/{own}/cancel", {"reason": "BORED"}).status_code == 400

    def test_shortly_before_it_is_too_late(self, program, own, day, clock):
        clock("2026-11-23 12:30")
        late = Program(program.client).prove()
        for act, body in (("move", {"slot": f"{day.pk}-1640"}), ("cancel", {})):
            answer = late.post(f"bookings/{own}/{act}", body)
            assert (answer.status_code, "전화해 주세요" in answer.json()["detail"]) == (400, True)
        assert late.get(f"bookings/{own}").json()["can_change"] is False

    def test_the_list_costs_the_same_for_one_and_for_many(self, program, own, make_resident):
        one = queries(lambda: program.get("bookings"))
        person = Resident.objects.get(name_index=Booking.objects.get().resident.name_index)
        for number in range(1, 6):
            booked(person, clinic_day("LAW", on=MONDAY + timedelta(days=number)))
        assert queries(lambda: program.get("bookings")) == one
        assert len(program.get("bookings").json()["bookings"]) == 6

    def test_every_need_and_state_is_in_the_document(self, client):
        document = json.loads(client.get("/api/v1/schema", {"format": "json"}).content)
        assert set(document["components"]["schemas"]["NeedsEnum"]["enum"]) == set(Need.values)
        paths = [path for path in document["paths"] if path.startswith(ROOT)]
        assert len(paths) == 9
        write = document["paths"][f"{ROOT}/bookings"]["post"]
        assert write["security"] == [{"phoneToken": []}]
        assert {"200", "201", "400", "401", "409", "415", "422", "429"} == set(write["responses"])
        assert next(one for one in write["parameters"] if one["name"] == "Idempotency-Key")["required"] is True


class TestWaiting:
    @pytest.fixture
    def full(self, make_resident):
        day = clinic_day("LAW")
        for number in range(6):
            person = make_resident(name=f"시연 {number}", phone=f"+8210000000{number:02d}")
            booked(person, day, at(15) + timedelta(minutes=20 * number))
        return day

    @staticmethod
    def body(day):
        facts = {key: value for key, value in wish(day).items() if key != "slot"}
        return {**facts, "day": day.pk, "hour": "15"}

    def test_a_full_day_is_waited_for_once(self, program, full):
        first, again = (program.post("waitings", self.body(full), key="w") for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200)
        assert (first.json()["state"], first.json()["on"]) == ("WAITING", "2026-11-23")
        made = Waiting.objects.get()
        assert (made.source, made.hour, made.wish["other_party"]) == ("API", "15", "박상대")
        assert program.get("waitings").json() == {"waitings": [first.json()]}
        assert program.post("waitings", self.body(full)).status_code == 409

    def test_a_day_with_room_is_booked_and_not_waited_for(self, program, day):
        answer = program.post("waitings", self.body(day))
        assert (answer.status_code, "빈 시간이 있습니다" in answer.json()["detail"]) == (409, True)
        assert not Resident.objects.exists()

    @pytest.mark.parametrize(("field", "value"), [("day", 999_999), ("day", "x"), ("day", 2**70), ("hour", "07")])
    def test_what_cannot_be_waited_for(self, program, full, field, value):
        assert field in program.post("waitings", {**self.body(full), field: value}).json()

    def test_nobody_sees_who_else_waits(self, program, full, client):
        program.post("waitings", self.body(full))
        assert Program(client).prove(OTHER_PHONE).get("waitings").json() == {"waitings": []}


def test_a_program_is_told_of_faults_in_json(client):
    for path in ("nothing", "bookings/1/2/3", "%00"):
        answer = client.get(f"{ROOT}/{path}")
        assert answer["Content-Type"] == "application/json"
        assert re.search("[가-힣]", answer.json()["detail"])
    assert client.delete(f"{ROOT}/bookings").status_code in (401, 405)


def test_opening_hours_of_the_slots_are_korean(stranger):
    day = clinic_day("LAW")
    day.sittings.update(opens_at=time(9), closes_at=time(10))
    (only,) = stranger.get("slots", kind="LAW").json()["days"]
    assert only["slots"][0]["starts_at"].endswith("T09:00:00+09:00")
    assert timezone.get_default_timezone_name() == "Asia/Seoul"
