"""An adviser without an account: the address, the code to the own phone, the own day, the result, the conflict."""

import json
import logging
import logging.config
import re
from functools import partial
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.actions import bookings
from consultations.actions import desk as desks
from consultations.actions import links as actions
from consultations.actions.results import flag_conflict, record_result
from consultations.enums import ClinicDayState, FollowUp, JointOrder, Outcome, Topic
from consultations.models import AdviserLink, ConflictFlag, Result, Sitting
from consultations.reports.advisers import link_lines
from consultations.reports.bookings import staff_todos
from gimje_portal.logs import hide_secrets
from services.enums.people import Role
from services.models import Draft, HistoryEntry, Notice, ReadingLogEntry, Township, Verification
from services.rules.history import Actor
from services.rules.refusal import Refused
from tests.conftest import StrictClient
from tests.consultations.factories import BY, EVE, at, booked, clinic_day, code, url, venue
from tests.races import at_once

pytestmark = pytest.mark.django_db
TYPED = {"topic": "LEASE", "outcome": "EXPLAINED", "follow_up": "LEGAL_AID", "minutes": "20", "note": "내용증명 안내"}
MOBILE = "010-0000-0111"
QUESTION = "보증금을 못 받았습니다."


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@pytest.fixture
def day():
    return clinic_day()


@pytest.fixture
def lawyer(day):
    found = Sitting.objects.get(clinic_day=day, adviser__kind="LAW").adviser
    found.phone = MOBILE
    found.save()
    return found


@pytest.fixture
def officer(make_staff):
    return make_staff(Role.CONSULTATION_OFFICER)


@pytest.fixture
def booking(day, make_resident):
    return booked(make_resident(), day, question=QUESTION, other_party="박상대")


@pytest.fixture
def made(day, lawyer, officer):
    """(link, token) as the officer gives it away."""
    return actions.make_link(day.pk, lawyer.pk, by=officer.actor)


def browser() -> Any:
    return StrictClient()


def opened(token: str, client: Any = None) -> Any:
    """A browser that came by the address and typed the code."""
    client = client or browser()
    client.get(url("desk_open", token))
    client.post(url("desk_code"), {"send": "yes"})
    assert client.post(url("desk_code"), {"code": code()}).url == url("desk")
    return client


@pytest.fixture
def desk(made):
    return opened(made[1])


def body(response) -> str:
    return response.content.decode()


class TestModel:
    def test_the_constraints_by_name(self, made, officer):
        link, _token = made
        facts = {"adviser": link.adviser, "clinic_day": link.clinic_day, "made_by": officer}
        later = {"expires_at": at(18)}
        with pytest.raises(IntegrityError, match="adviser_link_one_a_day"), transaction.atomic():
            AdviserLink.objects.create(token_hash="a" * 64, **facts, **later)
        with pytest.raises(IntegrityError, match="adviser_link_token_is_unique"), transaction.atomic():
            AdviserLink.objects.create(token_hash=link.token_hash, revoked_at=at(9), **facts, **later)
        with pytest.raises(IntegrityError, match="adviser_link_ends_after_it_was_made"), transaction.atomic():
            AdviserLink.objects.filter(pk=link.pk).update(expires_at=link.made_at)

    def test_one_flag_of_an_adviser_a_booking(self, booking, lawyer):
        ConflictFlag.objects.create(booking=booking, adviser=lawyer)
        with pytest.raises(IntegrityError, match="conflict_once_per_adviser"), transaction.atomic():
            ConflictFlag.objects.create(booking=booking, adviser=lawyer)

    @pytest.mark.parametrize("reader", ["", "마을변호사 시연"])
    def test_a_reading_has_exactly_one_reader(self, booking, officer, reader):
        user = officer if reader else None
        facts = {"resident": booking.resident, "subject_kind": "x", "subject_id": "1", "action": "보기"}
        with pytest.raises(IntegrityError, match="reading_has_one_reader"), transaction.atomic():
            ReadingLogEntry.objects.create(user=user, reader=reader, **facts)


class TestMaking:
    def test_the_token_is_not_in_the_database(self, made, day, lawyer):
        link, token = made
        assert len(token.split(".")[0]) >= 43  # 32 random bytes
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(t)::text FROM consultations_adviserlink t")
            assert token.split(".")[0] not in cursor.fetchone()[0]
        assert str(link.last_day) == "2026-11-26"
        entry = HistoryEntry.objects.get(subject_kind="consultations.clinicday", move="link_made")
        assert (entry.actor_label, entry.reason) == ("시연 consultation_officer", str(lawyer))
        assert AdviserLink.objects.at(token) == link

    def test_a_new_one_ends_the_one_before(self, made, day, lawyer, officer):
        first, old = made
        second, new = actions.make_link(day.pk, lawyer.pk, by=officer.actor)
        first.refresh_from_db()
        assert (first.is_live, second.is_live, old != new) == (False, True, True)
        assert [line.link for line in link_lines(day) if line.adviser == lawyer] == [second]
        moves = HistoryEntry.objects.filter(subject_kind="consultations.clinicday").order_by("seq")
        assert list(moves.values_list("move", flat=True)) == ["link_made", "link_revoked", "link_made"]

    @pytest.mark.parametrize("phone", ["", "063-540-3114", "없음"])
    def test_not_without_a_mobile_phone(self, day, lawyer, officer, phone):
        lawyer.phone = phone
        lawyer.save()
        with pytest.raises(Refused, match="등록된 휴대전화 번호가 없습니다"):
            actions.make_link(day.pk, lawyer.pk, by=officer.actor)
        assert not AdviserLink.objects.exists()

    def test_not_for_somebody_with_an_account(self, day, lawyer, officer, make_staff):
        lawyer.user = make_staff(Role.ADVISER, username="lawyer")
        lawyer.save()
        with pytest.raises(Refused, match="계정이 있습니다"):
            actions.make_link(day.pk, lawyer.pk, by=officer.actor)
        lawyer.user.is_active = False
        lawyer.user.save()
        assert actions.make_link(day.pk, lawyer.pk, by=officer.actor)

    def test_not_for_somebody_who_does_not_sit_that_day(self, day, lawyer, officer):
        Sitting.objects.filter(adviser=lawyer).update(is_absent=True)
        with pytest.raises(Refused, match="이날 상담하는 세무사·변호사가 아닙니다"):
            actions.make_link(day.pk, lawyer.pk, by=officer.actor)

    def test_not_of_a_cancelled_day(self, day, lawyer, officer):
        day.state = ClinicDayState.CANCELLED
        day.save()
        with pytest.raises(Refused, match="이날 상담하는 세무사·변호사가 아닙니다"):
            actions.make_link(day.pk, lawyer.pk, by=officer.actor)

    def test_on_the_third_day_after_but_not_on_the_fourth(self, day, lawyer, officer, clock):
        clock("2026-11-26 23:59")
        assert actions.make_link(day.pk, lawyer.pk, by=officer.actor)[0].is_live
        clock("2026-11-27 00:00")
        with pytest.raises(Refused, match="결과를 적는 날이 지나"):
            actions.make_link(day.pk, lawyer.pk, by=officer.actor)

    def test_withdrawn_twice(self, made, day, lawyer, officer):
        actions.revoke_link(day.pk, lawyer.pk, by=officer.actor)
        with pytest.raises(Refused, match="거둘 전용 주소가 없습니다") as refusal:
            actions.revoke_link(day.pk, lawyer.pk, by=officer.actor)
        assert refusal.value.conflict
        assert not AdviserLink.objects.live().exists()


class TestOpening:
    def test_the_address_alone_shows_and_sends_nothing(self, made, booking):
        client = browser()
        first = client.get(url("desk_open", made[1]))
        assert (first.status_code, first.url) == (302, url("desk"))
        page = client.get(first.url, follow=True)
        assert "010-****-0111" in body(page)
        for hidden in (booking.resident.name, QUESTION, "박상대", made[0].adviser.name):
            assert hidden not in body(page)
        assert made[1] not in body(page)
        assert not Verification.objects.exists()  # a program that looks at addresses costs no message
        assert client.get(url("desk_booking", booking.reference)).url == url("desk_code")
        assert client.get(url("desk_result", booking.reference)).url == url("desk_code")
        assert client.post(url("desk_conflict", booking.reference)).url == url("desk_code")
        assert not ReadingLogEntry.objects.exists()
        assert not ConflictFlag.objects.exists()

    def test_the_code_goes_to_the_phone_on_record(self, made, clock):
        client = opened(made[1])
        notice = Notice.objects.get()
        assert notice.once_key.startswith("verification:")
        assert Verification.objects.get().phone == "+821000000111"
        made[0].refresh_from_db()
        assert made[0].last_opened_at is not None
        assert client.get(url("desk_code")).url == url("desk")

    def test_nothing_of_it_is_kept_in_a_cache(self, made, booking, desk):
        for response in (
            browser().get(url("desk_open", made[1])),
            desk.get(url("desk")),
            desk.get(url("desk_booking", booking.reference)),
        ):
            assert "no-store" in response["Cache-Control"]
            assert response["Referrer-Policy"] == "same-origin"

    def test_a_wrong_code_opens_nothing_and_five_close_it(self, made):
        client = browser()
        client.get(url("desk_open", made[1]))
        client.post(url("desk_code"), {"send": "yes"})
        wrong = f"{(int(code()) + 1) % 1_000_000:06d}"
        assert "4번 더 적으실 수 있습니다" in body(client.post(url("desk_code"), {"code": wrong}))
        for _ in range(4):
            last = client.post(url("desk_code"), {"code": wrong})
        assert "잠시 멈추었습니다" in body(last)
        right = code()
        assert "잠시 멈추었습니다" in body(client.post(url("desk_code"), {"code": right}))
        assert client.get(url("desk")).url == url("desk_code")
        again = client.post(url("desk_code"), {"send": "yes"}, follow=True)
        assert "잠시 멈추었습니다" in body(again)
        assert Verification.objects.count() == 1

    def test_a_code_before_one_was_sent(self, made):
        client = browser()
        client.get(url("desk_open", made[1]))
        response = client.post(url("desk_code"), {"code": "123456"})
        assert response.status_code == 200
        assert client.get(url("desk")).url == url("desk_code")

    def test_a_code_opens_once(self, made):
        client = opened(made[1])
        used, other = code(), browser()
        other.get(url("desk_open", made[1]))
        session = other.session
        session[desks.CODE] = client.session.get(desks.CODE) or Verification.objects.get().pk
        session.save()
        assert "이미 쓴 인증번호입니다" in body(other.post(url("desk_code"), {"code": used}))
        assert other.get(url("desk")).url == url("desk_code")

    @pytest.mark.parametrize(
        "token", ["x", "a" * 43, "a" * 43 + "." + "b" * 43, "가나다", "..%2F..%2Fetc", "' OR 1=1 --"]
    )
    def test_a_forged_address_costs_no_query_of_links(self, token):
        client = browser()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url("desk_open", token))
        assert response.status_code == 404
        assert "이 주소로는 열 수 없습니다" in body(response)
        assert "063-540-3114" in body(response)
        assert not [one for one in queries if "adviserlink" in one["sql"]]

    def test_a_token_signed_for_something_else_is_forged(self, made):
        from django.core.signing import Signer

        token = made[1].split(".")[0]
        assert browser().get(url("desk_open", Signer(sep=".").sign(token))).status_code == 404
        assert browser().get(url("desk_open", token)).status_code == 404

    def test_nul_bytes_are_no_address(self):
        assert browser().get("/consultations/desk/open/a%00b/").status_code == 400

    def test_without_an_address_nothing_is_said(self, booking):
        for page in (url("desk"), url("desk_code"), url("desk_booking", booking.reference)):
            response = browser().get(page)
            assert response.status_code == 404
            assert booking.resident.name not in body(response)

    def test_expired_and_withdrawn_are_calm_and_say_nothing(self, made, day, lawyer, officer, booking, desk, clock):
        clock("2026-11-26 23:50")
        late = opened(made[1])
        clock("2026-11-27 00:00")
        for client, page in ((browser(), url("desk_open", made[1])), (late, url("desk")), (late, url("desk_code"))):
            response = client.get(page)
            assert response.status_code == 410
            assert "이 주소를 쓸 수 있는 날이 지났습니다" in body(response)
            assert "상담일이 지나고 3일까지만" in body(response)
            for hidden in (booking.resident.name, lawyer.name, "010-"):
                assert hidden not in body(response)
        clock(EVE)
        actions.revoke_link(day.pk, lawyer.pk, by=officer.actor)
        for client, page in ((browser(), url("desk_open", made[1])), (desk, url("desk"))):
            response = client.get(page)
            assert response.status_code == 410
            assert "이 주소는 이제 쓰지 않습니다" in body(response)
            assert booking.resident.name not in body(response)

    def test_it_closes_when_nobody_touches_it(self, desk, clock):
        clock("2026-11-20 10:29")
        assert desk.get(url("desk")).status_code == 200
        clock("2026-11-20 11:00")
        response = desk.get(url("desk"), follow=True)
        assert "오래 쓰지 않아 화면을 닫았습니다" in body(response)
        assert "인증번호 받기" in body(response)

    def test_another_phone_on_record_closes_it(self, desk, lawyer):
        lawyer.phone = "010-0000-0199"
        lawyer.save()
        assert desk.get(url("desk")).url == url("desk_code")
        assert "010-****-0199" in body(desk.get(url("desk_code")))
        lawyer.phone = ""
        lawyer.save()
        page = desk.get(url("desk_code"))
        assert "등록된 휴대전화 번호가 없습니다" in body(page)
        assert "등록된 휴대전화 번호가 없습니다" in body(desk.post(url("desk_code"), {"send": "yes"}, follow=True))

    def test_a_code_to_the_old_phone_does_not_open(self, made, lawyer):
        client = browser()
        client.get(url("desk_open", made[1]))
        client.post(url("desk_code"), {"send": "yes"})
        lawyer.phone = "010-0000-0199"
        lawyer.save()
        assert "휴대전화 번호가 바뀌었습니다" in body(client.post(url("desk_code"), {"code": code()}))
        assert client.get(url("desk")).url == url("desk_code")

    def test_two_addresses_in_one_browser_do_not_mix(self, desk, made, officer, make_resident):
        other_day = clinic_day(where=venue("백구면 행정복지센터"))
        other = Sitting.objects.get(clinic_day=other_day, adviser__kind="LAW").adviser
        other.phone = "010-0000-0122"
        other.save()
        theirs = booked(make_resident("시연 이백구"), other_day)
        _link, token = actions.make_link(other_day.pk, other.pk, by=officer.actor)
        desk.get(url("desk_open", token))
        assert desk.get(url("desk")).url == url("desk_code")
        assert desk.get(url("desk_booking", theirs.reference)).url == url("desk_code")

    def test_a_desk_ends_the_residents_access_and_leaves_staff_theirs(
        self, made, resident_client, make_resident, staff_client
    ):
        resident = make_resident("시연 시민", "+821099998888")
        client = opened(made[1], resident_client(resident))
        assert client.get(reverse("services:my")).status_code == 302
        client.post(url("desk_leave"))
        assert client.get(reverse("services:my")).status_code == 302
        assert client.get(url("desk")).status_code == 404
        staff = opened(made[1], staff_client(Role.AUDITOR))
        staff.post(url("desk_leave"))
        assert staff.get(url("staff_bookings")).status_code == 200

    def test_the_adviser_is_no_resident_by_that_code(self, desk):
        assert desk.get(reverse("services:my")).url.startswith("/my/start/")

    def test_leaving_leaves_nothing(self, desk):
        response = desk.post(url("desk_leave"), follow=True)
        assert "나갔습니다" in body(response)
        assert not {desks.LINK, desks.CODE, desks.OPEN, desks.KEPT} & set(desk.session.keys())

    def test_the_token_stands_in_no_log_line(self, made, capsys):
        path = url("desk_open", made[1])
        line = hide_secrets(None, "info", {"request": f"GET {path}", "code": 302, "event": f"Gone: {path}"})
        assert line["request"] == "GET /consultations/desk/open/***/"
        assert made[1] not in json.dumps(line)
        formatter = logging.config.DictConfigurator(django_settings.LOGGING).configure_formatter(
            django_settings.LOGGING["formatters"]["json"]
        )
        record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "Gone: %s", (path,), None)
        written = formatter.format(record)
        assert "Gone: /consultations/desk/open/***/" in json.loads(written)["event"]


class TestDesk:
    def test_lists_the_own_bookings_of_that_day(self, desk, day, lawyer, booking, make_resident):
        tax = booked(make_resident("시연 세금", "+821022223333"), day, at(16), kind="TAX")
        next_day = clinic_day(on=at(15).date().replace(month=12, day=28))
        Sitting.objects.filter(clinic_day=next_day, adviser__kind="LAW").update(adviser=lawyer)
        later = booked(make_resident("시연 나중", "+821044445555"), next_day, at(16, on=next_day.on))
        text = body(desk.get(url("desk")))
        assert booking.resident.name in text
        assert "오후 3시 20분" in text
        for hidden in ("시연 세금", "시연 나중", QUESTION, "박상대", "010-1234-5678"):
            assert hidden not in text
        for other in (tax, later):
            for page in ("desk_booking", "desk_result", "desk_conflict"):
                assert desk.get(url(page, other.reference)).status_code == 404
                assert desk.post(url(page, other.reference), TYPED).status_code == 404
        assert not Result.objects.exists()
        assert not ConflictFlag.objects.exists()

    def test_every_reading_is_logged_with_the_adviser_in_words(self, desk, booking, lawyer, staff_client):
        desk.get(url("desk"))
        text = body(desk.get(url("desk_booking", booking.reference)))
        assert QUESTION in text
        assert "박상대" in text
        assert "010-1234-5678" not in text
        read = ReadingLogEntry.objects.order_by("pk")
        assert [(one.user, one.reader, one.resident, one.action) for one in read] == [
            (None, str(lawyer), booking.resident, "전용 주소로 명단 보기"),
            (None, str(lawyer), booking.resident, "전용 주소로 상담 내용 보기"),
        ]
        auditor = staff_client(Role.AUDITOR)
        assert str(lawyer) in body(auditor.get(reverse("services:staff_readings")))
        sheet = auditor.get(reverse("services:staff_readings_csv")).getvalue().decode()
        assert f",{lawyer},,전용 주소로 상담 내용 보기," in sheet

    def test_the_resident_sees_who_looked(self, desk, booking, lawyer, resident_client):
        desk.get(url("desk_booking", booking.reference))
        text = body(resident_client(booking.resident).get(reverse("services:my_readings")))
        assert f">{lawyer}</td>" in text
        assert "전용 주소로 상담 내용 보기" in text

    def test_shows_the_own_turn_of_a_joint_booking(self, desk, day, make_resident):
        joint = booked(make_resident(), day, at(15), kind="BOTH", order=JointOrder.TAX_FIRST)
        for page in (url("desk"), url("desk_booking", joint.reference)):
            text = body(desk.get(page))
            assert "오후 3시 20분" in text
            assert "오후 3시<" not in text

    def test_costs_the_same_for_one_and_six(self, desk, day, booking, make_resident):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(url("desk")).status_code == 200
            return len(queries)

        count()
        with_one = count()
        for number, start in enumerate((at(15), at(15, 40), at(16), at(16, 20), at(16, 40))):
            booked(make_resident(f"시연 {number}"), day, start)
        assert count() == with_one
        assert body(desk.get(url("desk"))).count('data-label="상담받는 분"') == 6

    def test_an_empty_day(self, desk):
        assert "이날 맡으신 예약이 아직 없습니다" in body(desk.get(url("desk")))


class TestResult:
    def test_is_written_by_the_link(self, made, desk, lawyer, booking, clock):
        assert "아직 상담 시간이 되지 않았습니다." in body(desk.post(url("desk_result", booking.reference), TYPED))
        clock("2026-11-23 15:45")
        desk = opened(made[1])
        assert url("desk_result", booking.reference) in body(desk.get(url("desk")))
        assert desk.post(url("desk_result", booking.reference), TYPED).url == url("desk")
        booking.refresh_from_db()
        result = Result.objects.get()
        assert (booking.state, result.adviser, result.follow_up) == ("VISIT_DONE", lawyer, "LEGAL_AID")
        entry = HistoryEntry.objects.get(move="result")
        assert (entry.actor_kind, entry.actor_key, entry.actor_label) == ("link", str(made[0].pk), str(lawyer))
        with connection.cursor() as cursor:
            cursor.execute("SELECT note FROM consultations_result")
            assert "내용증명" not in cursor.fetchone()[0]
            cursor.execute("SELECT metadata FROM pghistory_context ORDER BY created_at DESC, id DESC")
            contexts = [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in cursor.fetchall()]
        assert {"actor_kind": "link", "actor_key": str(made[0].pk)} in contexts
        assert "내용증명 안내" in body(desk.get(url("desk_booking", booking.reference)))
        twice = desk.post(url("desk_result", booking.reference), TYPED)
        assert twice.status_code == 409
        assert "이 상담의 결과는 이미 적었습니다." in body(twice)

    def test_a_note_that_is_too_long_stays_on_the_screen(self, made, booking, clock):
        clock("2026-11-23 15:45")
        desk = opened(made[1])
        long = "가" * 10_000
        response = desk.post(url("desk_result", booking.reference), TYPED | {"note": long})
        assert long in body(response)
        assert not Result.objects.exists()
        desk.post(url("desk_result", booking.reference), TYPED | {"note": "가\x00나"})
        assert Result.objects.get().note == "가나"

    @pytest.mark.parametrize("broken", [{"outcome": "X"}, {"minutes": "0"}, {"minutes": "9" * 30}, {"topic": ""}])
    def test_what_cannot_be_read_is_said(self, made, booking, clock, broken):
        clock("2026-11-23 15:45")
        desk = opened(made[1])
        response = desk.post(url("desk_result", booking.reference), TYPED | broken)
        assert response.context["form"].errors
        assert "내용증명 안내" in body(response)

    def test_words_typed_after_the_screen_closed_come_back(self, made, booking, clock):
        clock("2026-11-23 15:45")
        desk = opened(made[1])
        clock("2026-11-23 16:30")
        assert desk.post(url("desk_result", booking.reference), TYPED).url == url("desk_code")
        with connection.cursor() as cursor:
            cursor.execute("SELECT answers FROM services_draft")
            assert "내용증명" not in cursor.fetchone()[0]
        desk.post(url("desk_code"), {"send": "yes"})
        back = desk.post(url("desk_code"), {"code": code()})
        assert back.url == url("desk_result", booking.reference)
        text = body(desk.get(back.url))
        assert "적으신 내용은 그대로 있습니다" in text
        assert re.search(r"<textarea[^>]*>\s*내용증명 안내</textarea>", text)
        assert desk.post(back.url, TYPED).url == url("desk")
        assert not Draft.objects.exists()

    def test_words_for_an_address_that_ended_are_given_back(self, made, booking, clock):
        clock("2026-11-26 23:50")
        desk = opened(made[1])
        clock("2026-11-27 00:05")
        response = desk.post(url("desk_result", booking.reference), TYPED)
        assert response.status_code == 410
        assert "내용증명 안내" in body(response)
        assert not Result.objects.exists()


def say(booking, adviser, **other):
    facts = {"topic": Topic.LEASE, "outcome": Outcome.SOLVED, "follow_up": FollowUp.NONE, "minutes": 10}
    return record_result(booking.pk, adviser=adviser, by=BY, **{**facts, **other})


class TestConflict:
    def test_closes_the_question_and_tells_the_officer(self, desk, made, lawyer, booking, officer, staff_client):
        assert not any("이해 충돌" in one.label and one.count for one in staff_todos(officer))
        page = body(desk.get(url("desk_booking", booking.reference)))
        assert url("desk_conflict", booking.reference) in page
        assert "되돌릴 수 없습니다" in body(desk.get(url("desk_conflict", booking.reference)))
        assert desk.post(url("desk_conflict", booking.reference)).url == url("desk_booking", booking.reference)
        ReadingLogEntry.objects.all().delete()
        for address in (url("desk_booking", booking.reference), url("desk")):
            text = body(desk.get(address))
            assert "이해 충돌을 알리" in text
            for hidden in (QUESTION, "박상대", booking.resident.name):
                assert hidden not in text
        assert not ReadingLogEntry.objects.exists()  # nothing was read
        entry = HistoryEntry.objects.get(move="conflict")
        assert (entry.actor_kind, entry.actor_label, entry.reason) == ("link", str(lawyer), "")
        todo = next(one for one in staff_todos(officer) if "이해 충돌" in one.label)
        assert (todo.label, todo.count) == ("이해 충돌로 다시 정할 예약", 1)
        client = staff_client(user=officer)
        assert booking.reference in body(client.get(todo.url))
        shown = body(client.get(url("staff_booking", booking.reference)))
        assert "이 상담을 맡을 수 없다고 알렸습니다" in shown
        assert "이해 충돌 알림" in shown  # the history
        assert QUESTION not in shown

    def test_only_flagged_bookings_are_listed(self, day, booking, officer, lawyer, make_resident, staff_client):
        other = booked(make_resident("시연 둘", "+821022223333"), day, at(16))
        flag_conflict(booking.pk, adviser=lawyer, by=BY)
        listed = body(staff_client(user=officer).get(url("staff_bookings") + "?state=conflict"))
        assert booking.reference in listed
        assert other.reference not in listed

    def test_a_booking_that_went_to_somebody_else_waits_no_longer(self, booking, officer, lawyer, make_resident):
        flag_conflict(booking.pk, adviser=lawyer, by=BY)
        elsewhere = clinic_day(where=venue("백구면 행정복지센터"))
        bookings.move(booking.pk, elsewhere.pk, at(16), by=BY)
        assert not [one for one in staff_todos(officer) if "이해 충돌" in one.label and one.count]

    def test_twice_over_or_of_somebody_else_is_refused_calmly(self, day, booking, lawyer, make_resident, clock):
        tax = Sitting.objects.get(clinic_day=day, adviser__kind="TAX").adviser
        with pytest.raises(Refused, match="다른 세무사·변호사가 맡은 예약입니다"):
            flag_conflict(booking.pk, adviser=tax, by=BY)
        flag_conflict(booking.pk, adviser=lawyer, by=BY)
        with pytest.raises(Refused, match="이미 알리셨습니다"):
            flag_conflict(booking.pk, adviser=lawyer, by=BY)
        late = booked(make_resident("시연 둘", "+821022223333"), day, at(15))
        done = booked(make_resident("시연 셋", "+821022224444"), day, at(16))
        clock("2026-11-23 15:20")
        with pytest.raises(Refused, match="이미 끝난 상담"):
            flag_conflict(late.pk, adviser=lawyer, by=BY)
        clock("2026-11-23 16:10")
        bookings.complete(done.pk, by=BY)
        with pytest.raises(Refused, match="이미 끝난 상담"):
            flag_conflict(done.pk, adviser=lawyer, by=BY)
        assert ConflictFlag.objects.count() == 1

    def test_pressed_twice_in_two_windows(self, desk, booking):
        desk.post(url("desk_conflict", booking.reference))
        again = desk.post(url("desk_conflict", booking.reference), follow=True)
        assert again.status_code == 200
        assert "이미 알리셨습니다" in body(again)

    def test_who_flagged_writes_no_result(self, booking, lawyer, clock):
        flag_conflict(booking.pk, adviser=lawyer, by=BY)
        clock("2026-11-23 15:45")
        with pytest.raises(Refused, match="이해 충돌을 알리신 예약입니다"):
            say(booking, lawyer)

    def test_the_other_adviser_of_a_joint_booking_goes_on(self, day, lawyer, make_resident, clock):
        joint = booked(make_resident(), day, kind="BOTH", question=QUESTION)
        tax = Sitting.objects.get(clinic_day=day, adviser__kind="TAX").adviser
        flag_conflict(joint.pk, adviser=lawyer, by=BY)
        clock("2026-11-23 15:45")
        assert say(joint, tax).adviser == tax

    def test_with_an_account(self, lawyer, booking, make_staff, staff_client):
        lawyer.user = make_staff(Role.ADVISER, username="lawyer")
        lawyer.save()
        client = staff_client(user=lawyer.user)
        page = url("staff_my_booking", booking.reference)
        assert url("staff_conflict", booking.reference) in body(client.get(page))
        assert "되돌릴 수 없습니다" in body(client.get(url("staff_conflict", booking.reference)))
        assert client.post(url("staff_conflict", booking.reference)).url == page
        ReadingLogEntry.objects.all().delete()
        text = body(client.get(page))
        assert "이해 충돌을 알리셨습니다" in text
        for hidden in (QUESTION, "박상대", booking.resident.name):
            assert hidden not in text
        assert not ReadingLogEntry.objects.exists()
        assert "이해 충돌 알림" in body(client.get(url("staff_my_days")))
        assert HistoryEntry.objects.get(move="conflict").actor_kind == "staff"

    def test_another_adviser_flags_nothing(self, day, booking, lawyer, make_staff, staff_client):
        tax = Sitting.objects.get(clinic_day=day, adviser__kind="TAX").adviser
        tax.user = make_staff(Role.ADVISER, username="tax")
        tax.save()
        assert staff_client(user=tax.user).post(url("staff_conflict", booking.reference)).status_code == 404
        assert not ConflictFlag.objects.exists()


class TestStaffPages:
    def test_an_officer_makes_shows_and_withdraws(self, staff_client, officer, day, lawyer, booking):
        client = staff_client(user=officer)
        for page in (url("staff_clinic_day", day.pk), url("staff_day_board", day.pk)):
            assert url("staff_link_make", day.pk, lawyer.pk) in body(client.get(page))
        response = client.post(url("staff_link_make", day.pk, lawyer.pk))
        assert "no-store" in response["Cache-Control"]
        text = body(response)
        address = re.search(r'id="desk-address">([^<]+)<', text).group(1)
        assert "data:image/svg+xml;base64," in text
        assert "2026. 11. 26.(목)까지" in text
        assert "010-****-0111" in text
        assert address.startswith(django_settings.SITE_URL + "/consultations/desk/open/")
        adviser = opened(address.rstrip("/").rsplit("/", 1)[-1])
        assert booking.resident.name in body(adviser.get(url("desk")))
        board = body(client.get(url("staff_day_board", day.pk)))
        assert "마지막으로 연 때" in board
        assert address not in board
        client.post(url("staff_link_revoke", day.pk, lawyer.pk), {"confirmed": "1"})
        assert adviser.get(url("desk")).status_code == 410
        again = client.post(url("staff_link_revoke", day.pk, lawyer.pk), {"confirmed": "1"}, follow=True)
        assert "거둘 전용 주소가 없습니다" in body(again)
        shown = body(client.get(url("staff_clinic_day", day.pk)))
        assert "전용 주소 거둠" in shown

    def test_a_refusal_says_how_to_mend(self, staff_client, officer, day, lawyer):
        lawyer.phone = ""
        lawyer.save()
        client = staff_client(user=officer)
        response = client.post(url("staff_link_make", day.pk, lawyer.pk), follow=True)
        assert "등록된 휴대전화 번호가 없습니다" in body(response)
        assert "관리자에게" in body(response)

    def test_a_clerk_only_at_the_own_venue(self, staff_client, make_staff, day, lawyer):
        own = make_staff(Role.TOWNSHIP_CLERK, username="own", township=Township.objects.get(name="만경읍"))
        assert staff_client(user=own).post(url("staff_link_make", day.pk, lawyer.pk)).status_code == 200
        other = make_staff(Role.TOWNSHIP_CLERK, username="other", township=Township.objects.get(name="백구면"))
        for page in ("staff_link_make", "staff_link_revoke"):
            assert staff_client(user=other).post(url(page, day.pk, lawyer.pk)).status_code == 404
        assert AdviserLink.objects.live().count() == 1

    def test_the_administrator_mends_it_and_the_officer_cannot(self, make_staff, staff_client, officer, day, lawyer):
        page = reverse("consultations:staff_table_advisers_row", args=[lawyer.pk])
        typed = {"kind": "LAW", "name": "시연 한변호", "phone": "010-0000-0177", "term_from": "2020-01-01"}
        typed |= {"term_until": "2035-12-31"}
        assert staff_client(user=officer).post(page, typed).status_code == 302
        lawyer.refresh_from_db()
        assert lawyer.mobile != "+821000000177"
        chief = make_staff(Role.ADMINISTRATOR, username="chief")
        assert staff_client(user=chief).post(page, typed).status_code == 302
        lawyer.refresh_from_db()
        assert lawyer.mobile == "+821000000177"

    @pytest.mark.parametrize("page", ["staff_link_make", "staff_link_revoke"])
    def test_nobody_else_and_not_by_looking(self, staff_client, day, lawyer, page):
        for role in set(Role) - {Role.CONSULTATION_OFFICER, Role.TOWNSHIP_CLERK}:
            assert staff_client(role).post(url(page, day.pk, lawyer.pk)).status_code == 403, role
        assert staff_client(Role.CONSULTATION_OFFICER).get(url(page, day.pk, lawyer.pk)).status_code == 405
        assert not AdviserLink.objects.exists()

    def test_an_auditor_sees_but_has_no_buttons(self, staff_client, day, made):
        text = body(staff_client(Role.AUDITOR).get(url("staff_day_board", day.pk)))
        assert "전용 주소: 2026. 11. 26.(목)까지" in text
        assert url("staff_link_make", day.pk, made[0].adviser_id) not in text

    def test_the_sheet_says_whom_to_give_it_to(self, staff_client, officer, day, made):
        text = body(staff_client(user=officer).get(url("staff_day_sheet", day.pk)))
        assert f"{made[0].adviser}: 전용 주소 종이를 이분께만 드리세요." in text
        assert "아직 만들지 않았습니다." in text  # the tax accountant

    def test_the_board_costs_the_same_for_one_and_six_advisers(self, staff_client, officer, day, lawyer):
        client = staff_client(user=officer)

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url("staff_day_board", day.pk)).status_code == 200
            return len(queries)

        actions.make_link(day.pk, lawyer.pk, by=officer.actor)
        count()
        before = count()
        sitting = Sitting.objects.get(clinic_day=day, adviser=lawyer)
        for number in range(5):
            adviser = type(lawyer).objects.create(
                kind="LAW",
                name=f"시연 {number}",
                phone=f"010-0000-020{number}",
                term_from=lawyer.term_from,
                term_until=lawyer.term_until,
            )
            sitting.pk, sitting.adviser = None, adviser
            sitting.save()
            actions.make_link(day.pk, adviser.pk, by=officer.actor)
        assert count() == before


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_two_officers_make_one_address_that_lives(self, day, lawyer, officer):
        given = at_once(*[partial(actions.make_link, day.pk, lawyer.pk, by=officer.actor)] * 4)
        assert len(given) == 4
        live = AdviserLink.objects.live().get()
        assert [link for link, _token in given if link.pk == live.pk]
        assert AdviserLink.objects.count() == 4

    def test_a_flag_and_a_result_do_not_both_count(self, day, lawyer, booking, clock):
        clock("2026-11-23 15:30")
        by = Actor.link(1, "시연")
        flag = partial(flag_conflict, booking.pk, adviser=lawyer, by=by)
        given = at_once(flag, partial(say, booking, lawyer), flag, by=by)
        assert ConflictFlag.objects.count() + Result.objects.count() == 1, given
