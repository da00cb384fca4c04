"""Each promise of the database by its name, broken on purpose, also by raw SQL."""

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.models import F

from services.enums.people import Role
from services.models import Consent
from slate.actions import casework, decisions
from slate.enums import ApplicationState, Work
from slate.models import (
    Application,
    BudgetLine,
    BuildingPart,
    Decision,
    InfoRequest,
    LedgerEntry,
    Programme,
    SupportRate,
    UnitPrice,
)
from slate.reports import lines_off_their_ledger
from tests.slate import factories as make

REFUSALS = (IntegrityError, InternalError)


def breaks(name: str):
    return pytest.raises(REFUSALS, match=name)


def test_programme(programme):
    rows = Programme.objects.filter(pk=programme.pk)
    with breaks("programme_shares_make_a_whole"), transaction.atomic():
        rows.update(province_bp=5001)
    with breaks("programme_closes_after_it_opens"), transaction.atomic():
        rows.update(closes_on=dt.date(2020, 1, 1))


def test_rates_and_prices(db):
    rate = SupportRate.objects.filter(mode="cap").order_by("pk")[0]
    with breaks("support_rate_once"), transaction.atomic():
        SupportRate.objects.create(
            year=rate.year, work=rate.work, household=rate.household, mode="full", confidence="low"
        )
    with breaks("support_rate_cap_has_amount"), transaction.atomic():
        SupportRate.objects.filter(pk=rate.pk).update(cap_won=None)
    with breaks("support_rate_area_has_limit"), transaction.atomic():
        SupportRate.objects.filter(pk=rate.pk).update(mode="full_to_area", full_area_m2=0)
    price = UnitPrice.objects.order_by("pk")[0]
    with breaks("unit_price_once_a_day"), transaction.atomic():
        UnitPrice.objects.create(work=price.work, from_on=price.from_on, won_per_m2=1, source="x", confidence="low")


def ledger(line: BudgetLine, kind: str, **amounts: int) -> LedgerEntry:
    return LedgerEntry.objects.create(line=line, kind=kind, actor_kind="system", actor_key="test", **amounts)


def test_a_budget_line_is_never_over_and_follows_its_ledger(programme):
    make.with_money(programme, Work.HOUSE, 1_000_000)
    line = BudgetLine.objects.get(work=Work.HOUSE, fund="city")
    with breaks("budget_line_never_over"), transaction.atomic():
        ledger(line, "reserve", committed_won=400_001)
    with breaks("budget_line_never_over"), transaction.atomic():
        ledger(line, "spend", spent_won=1)
    with breaks("budget_line_once"), transaction.atomic():
        BudgetLine.objects.create(programme=programme, work=Work.HOUSE, fund="city")
    with breaks("balances come from the ledger"), transaction.atomic():
        BudgetLine.objects.filter(pk=line.pk).update(allotted_won=2_000_000)
    with breaks("balances come from the ledger"), transaction.atomic():
        BudgetLine.objects.create(programme=programme, work=Work.FACTORY, fund="city", allotted_won=5)
    ledger(line, "reserve", committed_won=400_000)
    line.refresh_from_db()
    assert line.left_won == 0
    assert not lines_off_their_ledger()


@pytest.mark.parametrize(
    ("kind", "amounts"),
    [
        ("allot", {"committed_won": 1}),
        ("reserve", {"committed_won": -1}),
        ("release", {"committed_won": 1}),
        ("spend", {"spent_won": 0}),
        ("recover", {"spent_won": 1}),
    ],
)
def test_a_ledger_entry_fits_its_kind(programme, kind, amounts):
    make.with_money(programme, Work.HOUSE, 1_000_000)
    with breaks("ledger_entry_fits_its_kind"), transaction.atomic():
        ledger(BudgetLine.objects.get(work=Work.HOUSE, fund="city"), kind, **amounts)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE slate_ledgerentry SET note = 'x'", "DELETE FROM slate_ledgerentry", "TRUNCATE slate_ledgerentry"],
)
def test_nobody_changes_the_ledger(programme, statement):
    make.with_money(programme, Work.HOUSE, 1_000_000)
    with breaks("append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def test_application(programme, officer):
    application = make.submitted(programme)
    rows = Application.objects.filter(pk=application.pk)
    with breaks("consents are append-only"), transaction.atomic():
        Consent.objects.of(application).filter(kind="lookup").update(is_given=False)
    casework.assign([application.pk], officer, by=officer.actor)
    with breaks("application_clock_stops_while_waiting"), transaction.atomic():
        rows.update(state=ApplicationState.NEEDS_INFO)
    with breaks("application_proposal_has_proposer"), transaction.atomic():
        rows.update(state=ApplicationState.REFUSAL_PROPOSED)


def test_nothing_is_supported_before_its_owner_is_confirmed(programme, officer):
    application = make.eligible(programme, officer)
    with breaks("application_owner_is_known_before_support"), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(owner_confirmed_at=None)


def test_a_state_that_is_not_on_the_list_is_refused(programme):
    new = make.submitted(programme)
    with breaks("application_state_is_known"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past the triggers: the constraint is alone
        cursor.execute("UPDATE slate_application SET state = 'done' WHERE id = %s", [new.pk])


@pytest.mark.parametrize("state", ["eligible", "approved", "refused"])
def test_a_move_that_is_not_on_the_list_is_refused_even_raw(programme, state):
    make.submitted(programme)
    with breaks("Invalid transition"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE slate_application SET state = %s", [state])


def test_no_approval_without_its_record_even_raw(programme, officer):
    application = make.proposed(programme, officer)
    with breaks("a decision needs its record"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE slate_application SET state = 'approved' WHERE id = %s", [application.pk])


def test_building_part(programme, officer):
    application = make.eligible(programme, officer)
    rows = BuildingPart.objects.filter(application=application)
    with breaks("building_part_has_area"), transaction.atomic():
        rows.update(area_m2=0)
    with breaks("reroofing_within_removed_area"), transaction.atomic():
        rows.update(reroofing_m2=F("area_m2") + 1)
    with breaks("reroofing_only_where_people_live"), transaction.atomic():
        rows.update(wants_reroofing=True, in_use="empty")
    part = rows.get()
    part.pk = None
    part.number = 2
    with breaks("building_part_once_a_year"), transaction.atomic():
        part.save(force_insert=True)
    part.fingerprint, part.number = "other", 1
    with breaks("building_part_number_once"), transaction.atomic():
        part.save(force_insert=True)


def test_one_open_request_a_case(programme, officer):
    application = make.being_checked(programme, officer)
    values = {"application": application, "items": ["area"], "asked_by": officer, "due_on": dt.date(2020, 3, 10)}
    InfoRequest.objects.create(number=1, **values)
    with breaks("info_request_one_open"), transaction.atomic():
        InfoRequest.objects.create(number=2, **values)


@pytest.fixture
def decision(programme, officer):
    make.with_money(programme, Work.HOUSE, 10_000_000)
    application = make.proposed(programme, officer)
    return decisions.approve(application.pk, by=make.staff(Role.SLATE_APPROVER).actor, version=application.version)


def copy_of(decision: Decision, **changes: object) -> Decision:
    decision.pk = None
    decision.application_version += 10
    for field, value in changes.items():
        setattr(decision, field, value)
    return decision


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("decision_amounts_add_up", {"city_won": 0}),
        ("decision_amounts_add_up", {"own_share_won": 0}),
        ("decision_refusal_has_reason", {"outcome": "refused"}),
    ],
)
def test_decision(decision, name, changes):
    with breaks(name), transaction.atomic():
        copy_of(decision, **changes).save(force_insert=True)


def test_a_decision_needs_two_people_even_raw(decision):
    with breaks("decision_needs_two_people"), transaction.atomic():
        copy_of(decision, decided_by=decision.proposed_by).save(force_insert=True)
    columns = ", ".join(str(field.column) for field in Decision._meta.local_fields if not field.primary_key)
    raw = columns.replace("decided_by_id", "proposed_by_id", 1) if "decided_by_id" in columns else columns
    values = raw.replace("application_version", "application_version + 20", 1)
    with breaks("decision_needs_two_people"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO slate_decision ({columns}) SELECT {values} FROM slate_decision")  # noqa: S608


def test_one_decision_a_version(decision):
    decision.pk, decision.number = None, "다른 번호"
    with breaks("decision_once_a_version"), transaction.atomic():
        decision.save(force_insert=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE slate_decision SET support_won = 1, cost_won = 1, own_share_won = 0",
        "DELETE FROM slate_decision",
        "TRUNCATE slate_decision CASCADE",
    ],
)
def test_a_decision_is_never_changed(decision, statement):
    with breaks("a decision is never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def test_key_rotation_may_encrypt_the_letter_again(decision):
    Decision.objects.filter(pk=decision.pk).update(letter=decision.letter)
    decision.refresh_from_db()
    assert decision.letter["name"] == "시연 김만경"


@pytest.mark.django_db(transaction=True)
def test_a_case_is_not_written_without_an_actor_even_raw(clock):
    from psycopg2.errors import InsufficientPrivilege

    make.submitted(make.programme_of_2020())
    for table in ("slate_application", "slate_buildingpart"):
        raw = connection.connection.cursor()
        with pytest.raises(InsufficientPrivilege, match="acting context"):
            raw.execute(f"UPDATE {table} SET programme_id = programme_id")  # noqa: S608


def test_events_keep_no_personal_column(programme):
    from django.apps import apps

    make.submitted(programme)
    fields = {field.name for field in apps.get_model("slate", "ApplicationEvent")._meta.get_fields()}
    assert not {"address", "owner_name", "owner_phone", "remark", "reason_sentence"} & fields
