"""No button of these rooms ends something or tells somebody by one press: a page asks first, and shows the words.

Every button of every staff page is found by walking the pages, and pressed. One that nobody thought of here is pressed
too; a view that takes something and was not reached fails.
"""

import inspect
from collections import Counter, deque
from datetime import date, time
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import resolve, reverse

from consultations import staff_urls
from consultations.actions import bookings, disruptions, enquiries, links, waiting
from consultations.actions.calendars import renew_feed
from consultations.actions.results import flag_conflict
from consultations.enums import AffectedState, BookingState, ClinicDayState, EnquiryState, Source, WaitingHour
from consultations.models import Affected, Booking, CalendarFeed, ClinicDay, Enquiry, Sitting, StatisticsReport
from services.enums.notices import Channel
from services.enums.people import Role
from services.models import HistoryEntry, Notice
from tests.consultations.factories import BY, adviser, at, booked, clinic_day, rule, url, venue, wish_for
from tests.consultations.test_enquiries import asked

pytestmark = pytest.mark.django_db
HERE = "/staff/consultations/"
EACH = 4  # pages of one kind
ASKS = ("까요?", "나요?", "시겠어요?")
LATER, REVIEWED = date(2026, 12, 28), date(2027, 1, 25)


class Page(HTMLParser):
    """The heading of a page, its links, and its POST forms with what a browser would send."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.heading, self.links, self.forms = "", list[str](), list[dict[str, Any]]()
        self._form: dict[str, Any] | None = None
        self._select = self._textarea = ""
        self._in_heading = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self._in_heading = self._in_heading or tag == "h1"
        if tag == "a" and said.get("href"):
            self.links.append(said["href"])
        if tag == "form":
            self._form = {"action": said.get("action", ""), "data": {}, "buttons": [], "method": said.get("method")}
            if said.get("method") == "post":
                self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, said, self._form["data"])

    def _control(self, tag: str, said: dict[str, str], data: dict[str, str]) -> None:
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag == "button" and kind == "submit":
            self._form["buttons"].append((name, said.get("value", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and said.get("value"):
            data.setdefault(self._select, said["value"])
        elif tag == "textarea":
            data[name], self._textarea = "", name
        elif tag == "input" and kind in ("radio", "checkbox"):
            data.setdefault(name, said.get("value", "on"))
        elif tag == "input" and name:
            data[name] = said.get("value") or {"date": "", "number": "3"}.get(kind, "시험")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._form:
            self._form["data"][self._textarea] = self._form["data"][self._textarea] or "시험 답입니다."
        self._in_heading = self._in_heading and tag != "h1"

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self.heading += data
        if self._textarea and self._form:
            self._form["data"][self._textarea] += data.strip()

    @property
    def asks(self) -> bool:
        """Its heading is a question; whoever presses the button has read it."""
        return self.heading.strip().endswith(ASKS)


def is_final(entry: HistoryEntry) -> bool:
    """The row's state changed, no single move leads back, and something that could be done before cannot any more."""
    ways = apps.get_model(entry.subject_kind).moves.transitions()
    lost = {new for old, new in ways if old == entry.before} - {new for old, new in ways if old == entry.after}
    is_back = entry.before == entry.after or (entry.after, entry.before) in ways
    return not is_back and bool(lost - {entry.after})


def brought_about(press) -> list[str]:
    """What a press ends for good or tells to somebody, about cases that were there before; then all is undone."""
    history, told = HistoryEntry.objects.order_by("-pk").first(), Notice.objects.order_by("-pk").first()
    with transaction.atomic():
        response = press()
        assert response.status_code < 500
        entries = list(HistoryEntry.objects.filter(pk__gt=history.pk if history else 0).order_by("pk"))
        notices = Notice.objects.filter(pk__gt=told.pk if told else 0, resident__isnull=False).order_by("pk")
        made = {(one.subject_kind, one.subject_id) for one in entries if not one.before}
        found = [f"{one.subject_kind} {one.move}" for one in entries if one.before and is_final(one)]
        found += [
            f"a message: {one.kind}"
            for one in notices.exclude(channel=Channel.CALL)
            if (one.subject_kind, one.subject_id) not in made
        ]
        transaction.set_rollback(True)
    return found


def kind_of(address: str) -> tuple[str, ...]:
    parts = urlsplit(address)
    return (resolve(parts.path).view_name, *sorted(f"{key}={value}" for key, value in parse_qsl(parts.query)))


def walk(client, *starts: str) -> tuple[set[str], list[str]]:
    """The names of the views that were pressed, and the buttons that acted without asking."""
    todo, known, kinds = deque(starts), set(starts), Counter[tuple[str, ...]]()
    pressed, faults = set[str](), list[str]()
    while todo:
        address = todo.popleft()
        response = client.get(address)
        if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
            continue
        page = Page(response.content.decode())
        for form in page.forms:
            target = urljoin(address, form["action"]) if form["action"] else address
            if not target.startswith(HERE) or "/tables/" in target:
                continue
            name = resolve(urlsplit(target).path).view_name
            pressed.add(name)
            for button, value in form["buttons"] or [("", "")]:
                data = form["data"] | ({button: value} if button else {})
                found = brought_about(lambda target=target, data=data: client.post(target, data))
                if found and not page.asks:
                    faults.append(f"{button}={value} on {address} ('{page.heading.strip()}'): {', '.join(found)}")
        for link in (urldefrag(urljoin(address, href)).url for href in page.links):
            if link.startswith(HERE) and "/tables/" not in link and link not in known and kinds[kind_of(link)] < EACH:
                known.add(link)
                kinds[kind_of(link)] += 1
                todo.append(link)
    return pressed, faults


@pytest.fixture
def officer(make_staff):
    return make_staff(Role.CONSULTATION_OFFICER)


@pytest.fixture
def lawyer(make_staff):
    return adviser("LAW", "시연 한변호", user=make_staff(Role.ADVISER))


@pytest.fixture
def world(clock, make_resident, officer, lawyer):
    """Everything at once: days open, full, closed and in review, a line with a held place, absences, questions."""
    clock("2026-11-20 10:00")
    place, other = venue(), venue("죽산면 행정복지센터")
    rule(venues=(place, other))
    tax = adviser("TAX", "시연 세무", phone="010-1111-0007")
    people = iter(make_resident(f"시연 {n}", f"+8210111100{n:02d}") for n in range(40))
    today = clinic_day(on=date(2026, 11, 20), where=place)
    for minute in (0, 20, 40):
        booked(next(people), today, at(15, minute, today.on))
    day = clinic_day(where=place)
    Sitting.objects.filter(clinic_day=day, adviser__kind="LAW").update(adviser=lawyer)
    Sitting.objects.filter(clinic_day=day, adviser__kind="TAX").update(adviser=tax)
    booked(next(people), day, at(15))
    booked(next(people), day, at(15, 20), kind="BOTH")
    flagged = booked(next(people), day, at(16))
    flag_conflict(flagged.pk, adviser=lawyer, by=BY)
    links.make_link(day.pk, tax.pk, by=officer.actor)
    renew_feed(lawyer.pk, by=BY)
    renew_feed(tax.pk, by=BY)
    full = clinic_day("LAW", where=other)
    Sitting.objects.filter(clinic_day=full).update(closes_at=time(15, 40))
    gone, _stays = booked(next(people), full, at(15)), booked(next(people), full, at(15, 20))
    for _ in range(2):
        waiting.join(
            full.pk, wish_for(), hour=WaitingHour.ANY, resident=next(people), by=officer.actor, source=Source.PHONE
        )
    bookings.cancel(gone.pk, by=BY)  # the first in line is offered a place
    away = clinic_day("LAW", "LAW", on=LATER, where=place)
    for minute in (0, 20):
        booked(next(people), away, at(15, minute, LATER))
    disruptions.report_absence(away.sittings.order_by("pk").first().pk, reason="몸살", by=officer.actor)
    clinic_day("LAW", on=date(2027, 1, 11), where=place)
    closed = clinic_day("LAW", on=LATER, where=other)
    disruptions.close_day(closed.pk, reason="정전", by=officer.actor)
    for where in (place, other):
        clinic_day("LAW", on=REVIEWED, where=where, state=ClinicDayState.REVIEW, election="보궐선거")
    question, second = asked(next(people)), asked(next(people))
    enquiries.assign(question.pk, lawyer.pk, by=BY)
    assert Affected.objects.filter(state=AffectedState.OPEN).count() >= 2
    clock("2026-11-20 15:30")
    return {"day": day, "away": away, "question": question, "second": second, "today": today}


def takes_something(view) -> bool:
    source = inspect.getsource(view)
    return any(word in source for word in ("POST", "ask_once(", "ask_after(", "settle(", "result_page(", "_act("))


def test_whatever_cannot_be_undone_is_asked_first(world, officer, lawyer, staff_client):
    starts = [reverse(f"consultations:{page}") for page in ("staff_bookings", *STARTS)]
    review = ClinicDay.objects.filter(state=ClinicDayState.REVIEW).order_by("pk").first()
    pressed, faults = walk(staff_client(user=officer), *starts, url("staff_clinic_day", review.pk))
    mine, more = walk(staff_client(user=lawyer.user), url("staff_my_days"), url("staff_my_calendar"))
    assert faults + more == []
    pages = [one for one in staff_urls.urlpatterns if "_table_" not in (one.name or "")]
    taking = {f"consultations:{one.name}" for one in pages if takes_something(one.callback)}
    assert sorted(taking - pressed - mine - ELSEWHERE) == []


STARTS = (
    "staff_waitings",
    "staff_clinic_days",
    "staff_worklists",
    "staff_venue_close",
    "staff_enquiries",
    "staff_enquiry_new",
    "staff_counter",
    "staff_reports",
    "staff_advisers",
)
ELSEWHERE = {
    "consultations:staff_booking_survey",  # open only after a consultation: two answers, told to nobody
    "consultations:staff_holiday_move",  # makes days; tests/consultations/test_move_holiday.py
    "consultations:staff_report_correct",  # needs an issued report; asked below
    "consultations:staff_result",  # can be corrected until the report is issued; tests/consultations/test_guards.py
}


class TestTheAnswer:
    def test_it_is_read_once_more_before_it_goes(self, world, lawyer, staff_client):
        client, page = staff_client(user=lawyer.user), url("staff_my_enquiry", world["question"].reference)
        typed = {"text": "보증금은\n돌려받으실 수 있습니다.", "given": "PORTAL", "answer": "1", "why": ""}
        typed["why"] = "" if world["question"].answer_by == "WEB" else "전화를 받지 않으심"
        asks = client.post(page, typed).content.decode()
        for said in (
            "이 답변을 보낼까요?",
            "보증금은<br>돌려받으실",
            "[김제시] 질문에 답했습니다.",
            "고칠 수 없습니다",
        ):
            assert said in asks
        world["question"].refresh_from_db()
        assert world["question"].state == EnquiryState.ASSIGNED
        back = client.post(page, typed | {"again": "1"}).content.decode()
        assert "돌려받으실 수 있습니다.</textarea>" in back  # 고쳐 적기 loses no word
        done = client.post(page, typed | {"confirmed": "1"}, follow=True).content.decode()
        assert "답했습니다." in done
        world["question"].refresh_from_db()
        assert world["question"].state == EnquiryState.ANSWERED
        assert world["question"].turns.get(kind="ANSWER").text.split() == ["보증금은", "돌려받으실", "수", "있습니다."]

    def test_what_the_page_carries_along_is_what_was_typed(self, world, lawyer, staff_client):
        client, page = staff_client(user=lawyer.user), url("staff_my_enquiry", world["question"].reference)
        asks = client.post(page, {"text": "언제\n이사하셨나요?", "given": "PORTAL", "ask_back": "1"})
        (form,) = [one for one in Page(asks.content.decode()).forms if one["action"] == page]
        assert form["data"]["text"] == "언제\n이사하셨나요?"
        client.post(page, form["data"] | {"confirmed": "1"})
        assert world["question"].turns.filter(kind="ASK_BACK").exists()

    def test_words_for_later_are_kept_without_a_question(self, world, lawyer, staff_client):
        client, page = staff_client(user=lawyer.user), url("staff_my_enquiry", world["question"].reference)
        client.post(page, {"text": "쓰다 만 답", "given": "PORTAL", "keep": "1"})
        assert "쓰다 만 답" in client.get(page).content.decode()

    def test_another_way_is_explained_before_it_asks(self, world, lawyer, staff_client):
        Enquiry.objects.update(answer_by="CALL")
        client, page = staff_client(user=lawyer.user), url("staff_my_enquiry", world["question"].reference)
        answer = client.post(page, {"text": "답", "given": "PORTAL", "why": ""})
        assert "왜 다르게 답하시는지" in answer.content.decode()
        assert "보낼까요?" not in answer.content.decode()


class TestTheWorklist:
    def row(self, world) -> Affected:
        return Affected.objects.filter(clinic_day=world["away"]).order_by("starts_at").first()  # type: ignore[return-value]

    def press(self, client, row: Affected, act: str, **typed: str) -> str:
        page = url("staff_worklist_act", row.disruption_id)
        return client.post(page, {"act": act, **typed}, follow=True).content.decode()

    @pytest.mark.parametrize(
        ("way", "said"),
        [
            ("colleague", ["다른 분께 맡길까요?", "다른 분이 상담해드립니다.", "맡을 분"]),
            ("next", ["이날로 옮길까요?", "[김제시] 상담 예약 변경", "1월 11일(월) 오후 3시", "새 시간"]),
            ("cancel", ["말씀을 듣고 예약을 취소할까요?", "[김제시] 상담 예약을 취소했습니다.", "이유"]),
        ],
    )
    def test_one_person_is_told_only_after_the_question(self, world, officer, staff_client, way, said):
        client, row = staff_client(user=officer), self.row(world)
        before, notices = Booking.objects.get(pk=row.booking_id), Notice.objects.count()
        page = self.press(client, row, f"{way}-{row.pk}")
        assert [words for words in said if words not in page] == []
        assert before.resident.name in page
        after = Booking.objects.get(pk=row.booking_id)
        assert (after.state, after.starts_at, Notice.objects.count()) == (before.state, before.starts_at, notices)
        self.press(client, row, f"{way}-{row.pk}", confirmed="1", reason="DATE")
        row.refresh_from_db()
        assert row.state != AffectedState.OPEN
        assert Notice.objects.count() > notices

    def test_who_ends_a_booking_says_why(self, world, officer, staff_client):
        client, row = staff_client(user=officer), self.row(world)
        assert "이유를 아직 고르지" in self.press(client, row, f"cancel-{row.pk}", confirmed="1")
        assert row.booking.is_live
        self.press(client, row, f"cancel-{row.pk}", confirmed="1", reason="CANNOT_COME")
        booking = Booking.objects.get(pk=row.booking_id)
        assert (booking.state, booking.cancel_reason) == (BookingState.CANCELLED, "CANNOT_COME")

    @pytest.mark.parametrize(
        ("way", "said"),
        [
            ("colleague", ["모두 같은 날 다른 분께 맡길까요?", "2분께", "다른 분이 상담해드립니다."]),
            ("next", ["모두 다음 상담일로 옮길까요?", "2분께", "[김제시] 상담 예약 변경"]),
            ("call", ["모두 전화해서 정할까요?", "보내는 알림은 없습니다."]),
        ],
    )
    def test_everybody_only_after_the_question_with_how_many_and_an_example(
        self, world, officer, staff_client, way, said
    ):
        client, row = staff_client(user=officer), self.row(world)
        Affected.objects.filter(clinic_day=world["away"]).update(state=AffectedState.OPEN)
        notices, open_rows = Notice.objects.count(), Affected.objects.filter(disruption=row.disruption_id)
        count = open_rows.filter(state=AffectedState.OPEN).count()
        page = self.press(client, row, f"{way}-all")
        assert [words for words in said if words.replace("2분", f"{count}분") not in page] == []
        assert row.booking.resident.name not in page
        assert Notice.objects.count() == notices
        self.press(client, row, f"{way}-all", confirmed="1")
        assert not open_rows.filter(state=AffectedState.OPEN).exists()

    def test_withdrawing_asks(self, world, officer, staff_client):
        client, row = staff_client(user=officer), self.row(world)
        assert "거두고 그대로 상담할까요?" in self.press(client, row, "withdraw")
        row.disruption.refresh_from_db()
        assert row.disruption.withdrawn_at is None
        assert "예약은 모두 그대로입니다." in self.press(client, row, "withdraw", confirmed="1")


class TestMovingByStaff:
    def test_the_place_then_the_time_then_the_words(self, world, officer, staff_client):
        client = staff_client(user=officer)
        booking = Booking.objects.live().filter(clinic_day=world["day"], kind="LAW").order_by("pk").first()
        page, other = url("staff_booking_move", booking.reference), ClinicDay.objects.get(on=date(2027, 1, 11))
        first = client.get(page).content.decode()
        assert first.index("어디로 바꿀까요?") < first.index("새 날짜와 시간")
        assert f"{world['day'].pk}-1540" in first
        there = client.get(page, {"venue": venue("죽산면 행정복지센터").pk}).content.decode()
        assert f"{world['day'].pk}-1540" not in there
        asks = client.post(page, {"slot": f"{other.pk}-1500"}).content.decode()
        for said in ("이 시간으로 바꿀까요?", "[김제시] 상담 예약 변경", "2027. 1. 11.(월) 15:00"):
            assert said in asks
        booking.refresh_from_db()
        assert booking.clinic_day_id == world["day"].pk
        client.post(page, {"slot": f"{other.pk}-1500", "confirmed": "1"})
        booking.refresh_from_db()
        assert booking.clinic_day_id == other.pk


class TestTheLine:
    def test_taking_a_place_for_somebody_asks_and_leaving_says_why(self, world, officer, staff_client):
        client = staff_client(user=officer)
        row = ClinicDay.objects.get(on=world["day"].on, venue=venue("죽산면 행정복지센터")).waitings.first()
        page = url("staff_waiting_act", row.reference)
        asks = client.get(page, {"act": "accept"}).content.decode()
        for said in ("이 자리를 받으시나요?", "[김제시] 상담 예약 완료", "15:00"):
            assert said in asks
        assert "이유를 아직" in client.post(page, {"act": "leave", "confirmed": "1"}).content.decode()
        row.refresh_from_db()
        assert row.is_live
        client.post(page, {"act": "leave", "confirmed": "1", "reason": "DATE"})
        entry = HistoryEntry.objects.get(subject_kind="consultations.waiting", move="left")
        assert (entry.subject_id, entry.reason) == (str(row.pk), "날짜가 맞지 않습니다")


class TestAddresses:
    def test_a_calendar_address_ends_only_after_the_question(self, world, lawyer, staff_client):
        client, page = staff_client(user=lawyer.user), url("staff_my_calendar")
        feed = CalendarFeed.objects.get(adviser=lawyer)
        for act, title in (("renew", "새 달력 주소로 바꿀까요?"), ("revoke", "달력 주소를 끊을까요?")):
            assert title in client.post(page, {"act": act}).content.decode()
        same = CalendarFeed.objects.get(pk=feed.pk)
        assert (same.token_hash, same.revoked_at) == (feed.token_hash, None)
        client.post(page, {"act": "renew", "confirmed": "1"})
        feed.refresh_from_db()
        assert feed.token_hash != same.token_hash

    def test_a_second_desk_address_closes_the_first_only_after_the_question(self, world, officer, staff_client):
        client, day = staff_client(user=officer), world["day"]
        tax = day.sittings.get(adviser__kind="TAX").adviser
        asks = client.post(url("staff_link_make", day.pk, tax.pk)).content.decode()
        assert "새 전용 주소를 만들까요?" in asks
        assert "전용 주소를 거둘까요?" in client.post(url("staff_link_revoke", day.pk, tax.pk)).content.decode()
        assert tax.links.filter(revoked_at=None).count() == 1


def test_a_report_freezes_only_after_the_question(officer, staff_client, clock, make_resident):
    clock("2026-09-10 10:00")
    day = clinic_day("LAW", on=date(2026, 9, 28))
    booked(make_resident(), day, at(15, on=day.on))
    clock("2026-11-20 10:00")
    client, page = staff_client(user=officer), url("staff_reports")
    typed = {"what": "MONTH 2026-09-01"}
    asks = client.post(page, typed).content.decode()
    assert "보고서를 만들까요?" in asks
    assert "2026년 9월 통계" in asks
    assert not StatisticsReport.objects.exists()
    client.post(page, typed | {"confirmed": "1"})
    report = StatisticsReport.objects.get()
    correct = url("staff_report_correct", report.pk)
    assert "정정본을 만들까요?" in client.get(correct).content.decode()
    client.post(correct, {"reason": "잘못 셈"})
    assert StatisticsReport.objects.count() == 1
