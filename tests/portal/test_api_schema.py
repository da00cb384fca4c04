"""The API keeps the promises of its own OpenAPI document, whatever is sent to it."""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from services.rules.history import Actor
from solar.actions.keys import add_key
from tests.consultations.test_api import Program
from tests.solar.factories import make_source

application = get_wsgi_application()  # without the question at start whether the keys are those of the tables

pytestmark = pytest.mark.django_db
# Which devices a plant has is not in the document: a well-formed name of none of them is refused.
# Ours are the credentials, whatever was made up: who is let in is tried out by `nobody` below.
BEYOND_THE_DOCUMENT = [positive_data_acceptance]
DOCUMENT = "/api/v1/schema"


@pytest.fixture
def document(client):
    """The OpenAPI document. Requests through WSGI end by closing connections; here the connection is the test's."""
    found = json.loads(client.get(DOCUMENT, {"format": "json"}).content)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def device(db):
    """The key of a plant's only device."""
    _, secret = add_key(make_source(rated_w=100_000).plant_id, "지붕 기록기", by=Actor.system("test"))
    return secret


def send(case, **headers):
    """One made-up request, in this process and this test's transaction."""
    response = case.call(app=application, headers=headers)
    assert response.status_code < 500, response.text
    ours = [ignored_auth] if "Authorization" in headers else []
    case.validate_response(response, excluded_checks=[*BEYOND_THE_DOCUMENT, *ours])
    return response


@pytest.fixture
def credentials(device, client):
    """What a device sends, and what a program sends for somebody whose phone it has proved."""
    phone = Program(client).prove().token
    return {
        "device": {"Authorization": f"Api-Key {device}"},
        "phone": {"Authorization": f"Phone {phone}"},
        "nobody": {},
    }


@pytest.mark.parametrize(
    ("who", "below", "found"),
    [
        ("device", "/api/v1/solar/", {201, 400}),
        ("phone", "/api/v1/consultations/", {200, 400, 404}),
        ("nobody", "/api/v1/", {200, 400, 401}),
    ],
)
def test_made_up_requests_are_answered_as_the_document_says(credentials, document, who, below, found):
    schema = schemathesis.openapi.from_dict(document)
    # Everybody tries everything: a device at the bookings, and a person's program at the readings.
    headers, codes = {**credentials[who], "Host": "localhost"}, set()
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=60 if operation.path.startswith(below) else 5,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case):
            codes.add(send(case, **headers).status_code)

        ask()
    assert found <= codes, codes


@pytest.mark.parametrize("name", ["services:search", "services:catalogue", "services:announcements", "solar:public"])
@pytest.mark.parametrize("value", ["%00", "%ff%fe", "%F0%9F%98%80", "'", "%25", "9" * 400, "-1", "[]", "%E2%80%AE"])
def test_strange_values_in_an_address_never_break_a_page(client, name, value):
    query = "&".join(f"{key}={value}" for key in ("q", "page", "period", "on", "year", "month"))
    assert client.get(f"{reverse(name)}?{query}").status_code < 500


@pytest.mark.parametrize(
    "body",
    [
        b'{"device": "\\u0000", "readings": [["2024-06-03T12:00:00", "1"]]}',
        b'{"readings": [["\\u0000", "1"]]}',
        b'{"readings": [["2024-06-03T12:00:00", "\\u0000"]]}',
        b'{"readings": [["2024-06-03T12:00:00", "\\ud800"]]}',
        b'{"readings": [["9999-12-31T23:59:59-12:00", "1"]]}',
        b'{"readings": [["2024-06-03T12:00:00", 1e999999]]}',
        b'{"readings": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"\xff",
    ],
)
def test_strange_bodies_never_break_the_api(client, device, body):
    headers = {"Authorization": f"Api-Key {device}"}
    answer = client.post("/api/v1/solar/readings", body, content_type="application/json", headers=headers)
    assert answer.status_code < 500, answer.content
