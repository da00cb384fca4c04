"""Somebody else holds the row for too long: in every app a calm sentence, what was typed stays, and again works."""

import re

import pytest
from django.db import OperationalError
from django.urls import reverse

from consultations.actions import enquiries
from consultations.models import Enquiry
from services.actions.turns import BUSY, DEADLOCK, in_turn
from services.enums.people import Role
from slate.enums import Work
from slate.models import Application, BudgetLine
from solar.actions import batches
from solar.enums import BatchState
from solar.models import ImportBatch, Source
from tests.consultations import factories as advice
from tests.consultations.test_enquiries import asked
from tests.races import held
from tests.slate import factories as slate
from tests.solar.factories import csv_of, day_rows, make_source

pytestmark = pytest.mark.django_db(transaction=True)


def test_slate_an_approver_keeps_the_note_while_a_colleague_holds_the_case(staff_client, clock):
    clock("2020-02-25 10:00")
    case = slate.proposed(slate.programme_of_2020(), slate.staff(Role.SLATE_OFFICER))
    table = staff_client(user=slate.staff(Role.SLATE_APPROVER))
    url = reverse("slate:staff_decide", args=[case.reference])
    typed = {"version": case.version, "decision": "give_back", "note": "뒤쪽 사진을 다시 봐 주세요."}
    with held(Application.objects.filter(pk=case.pk)):
        answer = table.post(url, typed)
    assert answer.status_code == 409
    assert BUSY in answer.content.decode()
    assert "뒤쪽 사진을 다시 봐 주세요.</textarea>" in answer.content.decode()
    assert table.post(url, typed).status_code == 302
    case.refresh_from_db()
    assert case.state == "eligible"


def test_slate_an_officer_keeps_the_sentence_while_a_colleague_holds_the_case(staff_client, clock):
    clock("2020-02-25 10:00")
    officer = slate.staff(Role.SLATE_OFFICER)
    case = slate.being_checked(slate.programme_of_2020(), officer)
    url = reverse("slate:staff_propose_refusal", args=[case.reference])
    typed = {"version": case.version, "code": "DEMOLISHED", "sentence": "지난달에 헐린 집입니다."}
    with held(Application.objects.filter(pk=case.pk)):
        answer = staff_client(user=officer).post(url, typed)
    assert answer.status_code == 409
    assert BUSY in answer.content.decode()
    assert "지난달에 헐린 집입니다.</textarea>" in answer.content.decode()


def test_slate_a_batch_says_which_case_had_to_wait(staff_client, clock):
    clock("2020-02-25 10:00")
    programme, officer = slate.programme_of_2020(), slate.staff(Role.SLATE_OFFICER)
    slate.with_money(programme, Work.HOUSE, 10_000_000)
    free, busy = slate.proposed(programme, officer), slate.proposed(programme, officer)
    table = staff_client(user=slate.staff(Role.SLATE_APPROVER))
    chosen = {"chosen": [f"{one.pk}-{one.version}" for one in (free, busy)], "confirmed": "1"}
    with held(Application.objects.filter(pk=busy.pk)):
        page = table.post(reverse("slate:staff_approve_many"), chosen, follow=True).content.decode()
    assert "2건 가운데 1건을 결정했습니다. 1건은 남았습니다." in page
    assert f"{busy.reference}: {BUSY}" in page


def test_slate_money_is_waited_for_too(staff_client, clock):
    clock("2020-02-25 10:00")
    programme = slate.programme_of_2020()
    slate.with_money(programme, Work.HOUSE, 1_000_000)
    typed = {"work": "house", "amount_won": "5000", "note": "2020년 제1회 추경"}
    with held(BudgetLine.objects.filter(programme=programme)):
        answer = staff_client(Role.SLATE_APPROVER).post(reverse("slate:staff_budget"), typed)
    assert answer.status_code == 409
    assert BUSY in answer.content.decode()
    assert "2020년 제1회 추경" in answer.content.decode()


def test_solar_the_way_of_reading_stays_while_a_device_is_sending(make_staff, staff_client):
    manager = make_staff(Role.ENERGY_MANAGER)
    source = make_source(rated_w=100_000)
    batch = batches.upload(source, file_name="a.csv", content=csv_of(day_rows()), by=manager.actor).batch
    url = reverse("solar:staff_import_detail", args=[batch.pk])
    desk = staff_client(user=manager)
    typed = batch.mapping | {"unit": "wh", "accept": "1"}
    with held(Source.objects.filter(pk=source.pk)):
        answer = desk.post(url, typed)
    assert answer.status_code == 409
    assert BUSY in answer.content.decode()
    assert '<option value="wh" selected' in answer.content.decode()
    assert desk.post(url, typed).status_code == 302
    assert ImportBatch.objects.get().state == BatchState.ACCEPTED


def test_consultations_the_reason_stays_while_the_adviser_works_on_the_question(
    staff_client, make_staff, make_resident, clock
):
    clock(advice.EVE)
    lawyer = advice.adviser(user=make_staff(Role.ADVISER))
    question = enquiries.assign(asked(make_resident()).pk, lawyer.pk, by=advice.BY)
    url = reverse("consultations:staff_enquiry_extend", args=[question.reference])
    desk = staff_client(Role.CONSULTATION_OFFICER)
    typed = {"days": "5", "reason": "other_office", "confirmed": "1"}
    with held(Enquiry.objects.filter(pk=question.pk)):
        answer = desk.post(url, typed)
    assert answer.status_code == 409
    assert BUSY in answer.content.decode()
    assert re.search(r'name="days"[^>]*value="5"|value="5"[^>]*name="days"', answer.content.decode())
    assert answer.context["form"]["reason"].value() == typed["reason"]
    assert desk.post(url, typed).status_code == 302


class Deadlock(Exception):
    """What psycopg2 raises when PostgreSQL ends one of two that wait for each other."""

    pgcode = DEADLOCK


@pytest.mark.parametrize(("deadlocks", "is_done"), [(0, True), (2, True), (3, False)])
def test_after_a_deadlock_a_verb_is_tried_again_twice(deadlocks, is_done):
    tries: list[int] = []

    @in_turn
    def verb() -> str:
        tries.append(len(tries))
        if len(tries) <= deadlocks:
            raise OperationalError from Deadlock()
        return "done"

    if is_done:
        assert verb() == "done"
        assert len(tries) == deadlocks + 1
    else:
        with pytest.raises(OperationalError):
            verb()
        assert len(tries) == 3
