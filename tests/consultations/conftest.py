"""What the citizen's pages of this app share."""

import pytest
from django.urls import reverse

from tests.consultations.factories import ANSWERS, code, url


@pytest.fixture
def walk(client):
    """`walk(day, until="booking_check", booking_kind={…})`: answer the pages one after the other."""

    def go(day, until="booking_check", clock="1520", **other):
        first = next(iter(ANSWERS))
        page = first
        while page != until:
            fixed = {"venue": str(day.venue_id), "slot": f"{day.pk}-{clock}"}
            answers = {
                key: fixed.get(key, value) for key, value in {**ANSWERS.get(page, {}), **other.get(page, {})}.items()
            }
            response = client.post(url(page), answers)
            assert response.status_code == 302, (page, response.context and response.context["form"].errors)
            if response.url == reverse("services:verify_code"):
                response = client.post(response.url, {"code": code()})
            page = response.url.rstrip("/").rsplit("/", 1)[-1]
            page = f"booking_{page}"
        return client

    return go
