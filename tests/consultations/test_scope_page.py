"""What is asked about property, sales and companies really decides whether somebody is told of another office."""

import pytest

from consultations.forms.booking import scope_of
from tests.consultations.factories import EVE, clinic_day, url

pytestmark = pytest.mark.django_db
TAX = {"kind": "TAX", "topic": "LOCAL_TAX"}


@pytest.fixture(autouse=True)
def _friday(clock):
    clock(EVE)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"is_appeal": "no"}, "in"),
        ({"is_appeal": "no", "company": "yes"}, "out"),
        ({"is_appeal": "no", "property": "500000000"}, "out"),
        ({"is_appeal": "no", "property": "300000001"}, "in"),
        ({"is_appeal": "no", "income": "50000000"}, "out"),
        ({"is_appeal": "yes", "claim": "above"}, "agent"),
        ({"is_appeal": "yes", "claim": "above", "company": "yes"}, "agent"),
        ({"is_appeal": "yes", "claim": "above", "company": "yes", "income": "300000001"}, "out"),
        ({"is_appeal": "yes", "claim": "above", "property": "300000001"}, "out"),
        ({"is_appeal": "yes", "claim": "below", "property": "", "income": ""}, "in"),
    ],
)
def test_each_answer_has_its_effect(client, said, outcome):
    clinic_day()
    assert scope_of(TAX | said).outcome == outcome
    client.post(url("booking_kind"), {"kind": "TAX"})
    onward = client.post(url("booking_topic"), {"topic": "LOCAL_TAX", **said})
    assert onward.url == url("booking_place" if outcome == "in" else "booking_elsewhere")
    if outcome != "in":
        page = client.get(onward.url).content.decode()
        assert "그래도 일반 세금 상담 예약하기" in page
        assert ("지방세를 다투는 일까지" in page) == (said["is_appeal"] == "yes")


def test_the_questions_are_asked_only_about_taxes(client):
    clinic_day()
    client.post(url("booking_kind"), {"kind": "LAW"})
    assert "재산은 모두" not in client.get(url("booking_topic")).content.decode()
