"""Public pages under a rush: rendered once for everybody without a session, never older than a few seconds."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from services.views import shared

PUBLIC = ["services:home", "services:catalogue", "consultations:start", "slate:start", "solar:public"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shared(settings, monkeypatch):
    settings.PUBLIC_PAGE_SECONDS = 5
    monkeypatch.setattr(shared, "SHELF", shared._Shelf())


def queries(client, name, **headers) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as found:
        response = client.get(reverse(name), **headers)
    return len(found), response


@pytest.mark.parametrize("name", PUBLIC)
def test_the_second_visitor_costs_no_query(client, name):
    assert queries(client, name)[1].status_code == 200
    count, response = queries(client, name)
    assert (count, response.status_code) == (0, 200)
    assert response["Cache-Control"] == "public, max-age=5"
    assert "csrftoken" not in response.cookies
    assert "sessionid" not in response.cookies


@pytest.mark.parametrize("name", PUBLIC)
def test_who_has_it_already_gets_304(client, name):
    page = client.get(reverse(name))
    again = client.get(reverse(name), headers={"If-None-Match": page["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(reverse(name), headers={"If-None-Match": '"other"'}).status_code == 200


def test_after_the_seconds_it_is_made_anew(client, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("services.views.shared.time.monotonic", lambda: now[0])
    client.get("/")
    now[0] += 4.9
    assert queries(client, "services:home")[0] == 0
    now[0] += 0.2
    assert queries(client, "services:home")[0] > 0


def test_who_has_a_session_sees_at_once_what_changed(client, resident_client, make_resident):
    client.get("/")
    own = resident_client(make_resident())
    count, response = queries(own, "services:home")
    assert count > 0
    assert response["Cache-Control"] == "private, no-store"


def test_large_print_is_another_page(client):
    plain = client.get("/").content
    client.cookies["text_size"] = "large"
    large = client.get("/").content
    assert b"size-large" in large
    assert b"size-large" not in plain


def test_faults_and_posts_are_not_kept(client):
    missing = client.get("/services/no-such-page/")
    assert (missing.status_code, missing["Cache-Control"]) == (404, "private, no-store")
    assert not shared.SHELF.pages


def test_the_shelf_does_not_grow_for_ever(client, monkeypatch):
    monkeypatch.setattr(shared, "MOST_PAGES", 3)
    for number in range(9):
        client.get("/", {"x": number})
    assert len(shared.SHELF.pages) == 3


def test_the_look_is_changed_without_a_token():
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("services:display_save"), {"size": "large", "next": "/"})
    assert response.status_code == 302
    assert response.cookies["text_size"].value == "large"
