"""A canary: a marked name, phone and address go through the portal and must be found nowhere in the clear."""

import logging
import re

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.actions.drafts import new_draft, save_answers
from services.actions.notices import dispatch_due, post
from services.actions.people import find_or_add_resident
from services.enums.people import Role
from services.models import Resident, Verification
from services.notices.messages import Message
from services.rules.history import Actor
from tests.conftest import StrictClient
from tests.services.test_verification import code_of, wrong_for

NAME, PHONE, ADDRESS = "카나리아새", "+821087654321", "카나리아길 77"
TRACES = ("카나리아", "1087654321", "87654321", "8765-4321", "8765 4321")
TEXT_TYPES = ("text", "character varying", "jsonb", "json", "character", "bytea")


def traces_in(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text]


def text_columns() -> list[tuple[str, str]]:
    """Every column of every table that can hold a text, also of libraries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND data_type = ANY(%s) ORDER BY 1, 2",
            [list(TEXT_TYPES)],
        )
        return cursor.fetchall()


def leaks_in_the_database() -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for table, column in text_columns():
            conditions = " OR ".join([f'"{column}"::text LIKE %s'] * len(TRACES))
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {conditions}', [f"%{trace}%" for trace in TRACES])  # noqa: S608
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


class WatchingClient(StrictClient):
    """Keeps every address that was asked for or redirected to, and every cookie's value."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.code = self.screen = ""

    def request(self, **kwargs):
        response = super().request(**kwargs)
        self.addresses += [kwargs["PATH_INFO"], kwargs.get("QUERY_STRING", ""), response.get("Location", "")]
        self.addresses += [cookie.value for cookie in response.cookies.values()]
        return response


@pytest.fixture
def flown(db, caplog, monkeypatch, settings, capsys, staff_client, make_staff) -> WatchingClient:
    """The canary asks for a code, mistypes it, comes in, saves a form, gets a message, is looked up by staff."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("django"), "propagate", True)
    client = WatchingClient()
    client.post("/my/start/", {"phone": "010-8765-4321"})
    verification = Verification.objects.latest("pk")
    client.post("/my/code/", {"code": wrong_for(verification)})
    client.code = code_of(verification)
    client.post("/my/code/", {"code": client.code})
    settings.DEMO, settings.SMS_SENDER = True, "console"
    dispatch_due()
    client.screen = capsys.readouterr().out
    resident = find_or_add_resident(name=NAME, phone=PHONE, by=Actor.system("test"), address=ADDRESS)
    session = client.session
    save_answers(new_draft(session, "slate"), name=NAME, phone=PHONE, address=ADDRESS)
    session.save()
    message = Message("services/notices/code", "", f"[김제시] {ADDRESS}", f"{NAME} 님, {PHONE}")
    post(message, once_key=f"resident:{resident.pk}:canary", resident=resident, subject=resident)
    for path in ("/my/", "/my/data/", "/my/readings/", "/my/number/", "/nowhere/"):
        client.get(path)
    client.post("/my/number/", {"reference": "482157", "last4": "4321"})
    officer = staff_client(user=make_staff(Role.SLATE_OFFICER, username="oh"))
    officer.post("/staff/services/residents/", {"who": NAME})
    officer.post("/staff/services/residents/", {"who": "010-8765-4321"})
    officer.post(f"/staff/services/residents/{resident.pk}/", {"kind": "call", "words": "전화로 물어보셨습니다."})
    return client


def test_the_canary_flew_everywhere(flown):
    """Otherwise the tests below prove nothing."""
    page = flown.get("/my/data/").content.decode()
    assert NAME in page
    assert ADDRESS in page
    assert Resident.objects.filter(readings__isnull=False).exists()


def test_no_column_of_any_table_holds_it_in_the_clear(flown):
    assert leaks_in_the_database() == []


def test_a_planted_leak_is_noticed(flown):
    """Negative control."""
    apps.get_model("services", "JobRun").objects.create(job="x", period="y", detail=f"for {NAME}")
    assert leaks_in_the_database() == ["services_jobrun.detail"]


def test_no_address_redirect_or_cookie_holds_it(flown):
    assert [one for one in flown.addresses if traces_in(one)] == []


def test_no_log_record_holds_it(flown, caplog):
    texts = [record.getMessage() + str(record.__dict__) for record in caplog.get_records("setup")]
    assert [text for text in texts if traces_in(text)] == []
    assert texts, "the log was listened to"


def test_no_log_record_no_screen_and_no_address_holds_the_code(flown, caplog):
    """Not in the demonstration either, whose own page alone shows it."""
    texts = [record.getMessage() + str(record.__dict__) for record in caplog.get_records("setup")]
    texts += [*flown.addresses, flown.screen]
    assert flown.code
    assert [text for text in texts if re.search(rf"(?<!\d){flown.code}(?!\d)", text)] == []
    assert "[문자]" in flown.screen, "the screen was watched"


def test_no_session_holds_it(flown):
    """Sessions are signed text in the table, so they are opened here; the cache is a table and was searched above."""
    session = dict(flown.session.items())
    assert session["resident_phone_index"]
    assert traces_in(str(session)) == []


def test_looking_up_sends_no_plain_text_to_the_database(db, make_resident):
    """Statements end up in the database's own log."""
    make_resident(NAME, PHONE)
    with CaptureQueriesContext(connection) as queries:
        list(Resident.objects.with_phone(PHONE).order_by("pk"))
    assert [query["sql"] for query in queries if traces_in(query["sql"])] == []
