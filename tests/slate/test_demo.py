"""The demonstration loads twice without harm, adds up, and marks everybody as 시연."""

import pytest

from gimje_portal.demo import services as people
from gimje_portal.demo import slate as demo
from slate.models import Application, Programme
from slate.reports import lines_off_their_ledger, total


@pytest.mark.django_db
def test_the_demonstration(settings):
    settings.DEMO = True
    people.load()
    demo.load()
    demo.load()
    programme = Programme.objects.get(year=2020)
    assert total(programme).allotted_won == 1_400_000_000
    assert not lines_off_their_ledger()
    applications = list(Application.objects.select_related("resident"))
    assert len(applications) == 40
    assert all(application.resident.name.startswith("시연 ") for application in applications)
    assert len({application.state for application in applications}) == 8
