"""Loggers push readings: a key for each plant, an answer for each row, the same push twice answered the same."""

import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from services.rules.history import Actor
from solar.actions.keys import add_key
from solar.actions.pushes import MAX_ROWS
from solar.actions.rollups import roll_up_all
from solar.models import DirtyDay, ImportBatch, Reading, RollupDay
from tests.solar.factories import make_source
from tests.solar.test_rollups import at

pytestmark = pytest.mark.django_db
URL = "/api/v1/solar/readings"

BY = Actor.system("test")


@pytest.fixture
def source(db):
    return make_source(rated_w=100_000)


@pytest.fixture
def push(client, source):
    _, secret = add_key(source.plant_id, "지붕 기록기", by=BY)

    def send(readings, *, key=secret, once="", **fields):
        headers = {"Authorization": f"Api-Key {key}"} if key else {}
        headers |= {"Idempotency-Key": once} if once else {}
        body = json.dumps({"readings": readings, **fields})
        return client.post(URL, body, content_type="application/json", headers=headers)

    return send


ROWS = [["2024-06-03T12:00:00+09:00", 6.5], ["2024-06-03T12:05:00+09:00", "7.25"]]


def test_a_push_is_taken_at_once_and_every_row_answered(push, source):
    response = push([*ROWS, ["어제", 1], ["2024-06-03T12:00:00+09:00", 6.5], ["2024-06-03T12:05:00+09:00", 1]])
    assert response.status_code == 201
    answer = response.json()
    assert (answer["accepted"], answer["same"], answer["conflicts"], answer["rejected"]) == (2, 1, 1, 1)
    assert [row["status"] for row in answer["rows"]] == ["accepted", "accepted", "rejected", "same", "conflict"]
    assert answer["rows"][2]["reason"] == "날짜와 시각을 읽지 못했습니다."
    found = Reading.objects.filter(source=source).order_by("start_at")
    assert list(found.values_list("joules", flat=True)) == [1_950_000, 2_175_000]
    assert DirtyDay.objects.count() == 1
    roll_up_all()
    assert RollupDay.objects.get(plant=source.plant).joules == 4_125_000


def test_the_same_push_again_changes_nothing_and_gets_the_same_answer(push):
    first, again = push(ROWS, once="n-1"), push(ROWS, once="n-1")
    without_key = push(ROWS)
    assert (first.status_code, again.status_code, without_key.status_code) == (201, 200, 200)
    assert again["Idempotency-Replayed"] == "true"
    assert first.json() == again.json() == without_key.json()
    assert (ImportBatch.objects.count(), Reading.objects.count()) == (1, 2)


def test_one_idempotency_key_is_for_one_push(push):
    push(ROWS, once="n-1")
    response = push(ROWS[:1], once="n-1")
    assert response.status_code == 409
    assert "새 값을 써 주세요" in response.json()["detail"]


def test_overlapping_pushes_say_what_was_known(push):
    push(ROWS)
    answer = push([*ROWS, ["2024-06-03T12:10:00+09:00", 7]]).json()
    assert [row["status"] for row in answer["rows"]] == ["same", "same", "accepted"]


@pytest.mark.parametrize("key", ["", "wrong", "12345678.wrong", "\x00"])
def test_without_a_key_nothing_is_taken(push, key):
    assert push(ROWS, key=key).status_code == 401
    assert not ImportBatch.objects.exists()


def test_a_revoked_key_is_refused(push, source):
    source.plant.api_keys.update(revoked_at=timezone.now())
    response = push(ROWS)
    assert response.status_code == 401
    assert response.json()["detail"] == "열쇠가 맞지 않거나 더는 쓰지 않는 열쇠입니다."


def test_a_key_writes_to_its_own_plant_only(push):
    make_source(slug="city-hall", code="other")
    response = push(ROWS, device="other")
    assert response.status_code == 400
    assert response.json()["field"] == "device"


def test_only_a_hash_of_the_key_is_stored(source):
    key, secret = add_key(source.plant_id, "x", by=BY)
    assert secret not in (key.key_hash, key.prefix)
    assert len(key.key_hash) == 64


@pytest.mark.parametrize(
    "readings",
    [[], "x", [["2024-06-03"]], [[1, 2, 3]], [["2024-06-03T12:00:00+09:00", 1]] * (MAX_ROWS + 1), None, {"a": 1}],
)
def test_what_is_no_list_of_pairs_is_refused(push, readings):
    assert push(readings).status_code == 400
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        ["2024-06-03T12:00:00+09:00", None],
        ["2024-06-03T12:00:00+09:00", True],
        ["2024-06-03T12:00:00+09:00", "1e999999"],
        ["2024-06-03T12:00:00+09:00", [1]],
        ["9999-12-31T23:59:59Z", 1],
        ["0001-01-01T00:00:00", 1],
        ["2024-06-03T12:00:00\u0000", "\u0000"],
        [{"a": 1}, 1],
        [None, 1],
    ],
)
def test_a_strange_row_is_refused_and_the_others_are_taken(push, row):
    answer = push([ROWS[0], row])
    assert answer.status_code == 201
    assert [one["status"] for one in answer.json()["rows"]] == ["accepted", "rejected"]


def test_five_thousand_rows_in_one_push(push, source):
    start = at("2024-06-01 00:00")
    rows = [[(start + dt.timedelta(minutes=5 * n)).isoformat(), n % 7] for n in range(MAX_ROWS)]
    assert push(rows).json()["accepted"] == MAX_ROWS


def test_other_methods_are_refused(client):
    assert client.get(reverse("solar:api_readings")).status_code == 405


def test_the_openapi_document_names_the_push_and_its_key(client):
    response = client.get(reverse("api-schema"), headers={"Accept": "application/vnd.oai.openapi+json"})
    document = json.loads(response.content)
    operation = document["paths"][URL]["post"]
    assert operation["security"] == [{"plantKey": []}, {}] or operation["security"] == [{"plantKey": []}]
    assert "201" in operation["responses"]
    assert document["components"]["securitySchemes"]["plantKey"]["name"] == "Authorization"
