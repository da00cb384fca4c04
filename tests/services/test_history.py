"""History: one chain per subject, made by the database, that nobody can change afterwards."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from psycopg2.errors import InsufficientPrivilege

from services.actions.history import record
from services.models import HistoryEntry, Resident
from services.rules.history import Actor

BY = Actor.system("test")


def test_entries_of_one_subject_are_chained(make_resident):
    resident = make_resident()
    first = record(resident, "created", by=BY)
    second = record(resident, "moved", by=BY, before="a", after="b", reason="이사했습니다.")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.seq, second.seq) == (1, 2)
    assert second.previous_hash == first.entry_hash != second.entry_hash
    assert second.reason == "이사했습니다."


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE services_historyentry SET move = 'x'",
        "DELETE FROM services_historyentry",
        "TRUNCATE services_historyentry",
    ],
)
def test_nobody_changes_an_entry_afterwards(make_resident, statement):
    record(make_resident(), "created", by=BY)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert HistoryEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_history_outside_a_transaction_is_refused(make_resident):
    resident = make_resident()
    with pytest.raises(transaction.TransactionManagementError):
        record(resident, "created", by=BY)


@pytest.mark.django_db(transaction=True)
def test_a_write_without_an_actor_is_refused_even_raw(make_resident):
    resident = make_resident()
    raw = connection.connection.cursor()  # as psql would: past Django and its context
    with pytest.raises(InsufficientPrivilege, match="acting context"):
        raw.execute("UPDATE services_resident SET is_demo = true")
    resident.refresh_from_db()
    assert not resident.is_demo


def test_bulk_writes_leave_events_without_personal_columns(make_resident):
    resident = make_resident()
    Resident.objects.filter(pk=resident.pk).update(is_demo=True)
    events = apps.get_model("services", "ResidentEvent").objects.filter(pgh_obj_id=resident.pk)
    assert [event.pgh_label for event in events.order_by("pgh_id")] == ["insert", "update"]
    assert not {"name", "phone", "address", "born_on"} & {field.name for field in events.model._meta.get_fields()}
