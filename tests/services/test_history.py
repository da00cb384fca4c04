"""History: one chain per subject, made by the database, that nobody can change afterwards."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg2.errors import InsufficientPrivilege

from services.actions.history import record, seal
from services.actions.notices import post
from services.models import HistoryEntry, HistorySeal, Resident
from services.models.history import entry_hash_sql
from services.notices.messages import Message
from services.reports.history import Verdict, timeline, verify_history
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


# Verification: what an auditor can rely on


def tamper(statement: str, *parameters: str) -> None:
    """As somebody with the database's password would: past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


@pytest.fixture
def sealed(make_resident, clock) -> list[Resident]:
    """Two residents with three entries each, sealed in two seals."""
    residents = [make_resident(), make_resident(name="시연 이금구")]
    for hour in (10, 11):
        clock(f"2026-11-20 {hour}:00")
        for resident in residents:
            record(resident, "moved", by=BY, before="a", after="b", reason="이사했습니다.")
        clock(f"2026-11-20 {hour}:11")
        seal()
    for resident in residents:
        record(resident, "late", by=BY)
    return residents


_HASH_OF_ONE_SUBJECT = f"""
    SELECT {entry_hash_sql("e.")} FROM (
        SELECT previous_hash, subject_kind, 'same' AS subject_id, seq, move, before, after, actor_kind, actor_key,
            actor_label, '2026-11-20'::timestamptz AS at, reason_digest, request_id
        FROM services_historyentry WHERE id = %s
    ) AS e
"""  # noqa: S608 (only `before` and `after` differ)


@pytest.mark.django_db
def test_no_two_entries_of_other_columns_hash_the_same():
    """What a bare separator would let through: "a|b" and "c" is not "a" and "b|c"."""
    hashes = set()
    pairs = [
        ("a|b", "c"),
        ("a", "b|c"),
        ("a", "b"),
        ("", "a|b"),
        ("1:a", ""),
        ("", "1:a"),
        ("a1:b", ""),
        ("a|", "b"),
        ("a", "|b"),
    ]
    for number, (before, after) in enumerate(pairs):
        row = HistoryEntry.objects.create(
            subject_kind="x.y", subject_id=f"{number}", move="m", before=before, after=after, actor_kind="system"
        )
        with connection.cursor() as cursor:
            cursor.execute(_HASH_OF_ONE_SUBJECT, [row.pk])
            hashes.add(cursor.fetchone())
    assert len(hashes) == len(pairs)


def test_untouched_history_holds(sealed):
    assert verify_history() == Verdict(entries=6, seals=2)


def test_young_entries_wait_for_the_next_seal(make_resident, clock):
    clock("2026-11-20 10:00")
    record(make_resident(), "created", by=BY)
    clock("2026-11-20 10:09")
    assert seal() is None
    clock("2026-11-20 10:11")
    assert seal() is not None
    assert seal() is None


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE services_historyentry SET after = 'x' WHERE seq = 2", "the entry was changed"),
        ("UPDATE services_historyentry SET at = at - interval '1 day' WHERE seq = 1", "the entry was changed"),
        ("UPDATE services_historyentry SET actor_key = '7' WHERE seq = 3", "the entry was changed"),
        ("UPDATE services_historyentry SET actor_label = '다른 분' WHERE seq = 2", "the entry was changed"),
        ("UPDATE services_historyentry SET request_id = 'x' WHERE seq = 2", "the entry was changed"),
        # a character that moves over the edge of its column
        ("UPDATE services_historyentry SET before = 'ab', after = '' WHERE seq = 2", "the entry was changed"),
        ("UPDATE services_historyentry SET move = 'move', before = 'da' WHERE seq = 2", "the entry was changed"),
        ("UPDATE services_historyentry SET before = '', after = 'ab' WHERE seq = 2", "the entry was changed"),
        ("UPDATE services_historyentry SET actor_kind = 'syste', actor_key = 'mtest' WHERE seq = 2", "was changed"),
        ("UPDATE services_historyentry SET actor_key = 'test자', actor_label = '동' WHERE seq = 2", "was changed"),
        ("DELETE FROM services_historyentry WHERE seq = 1", "is missing"),
        ("DELETE FROM services_historyentry WHERE seq = 2", "is missing"),
        ("UPDATE services_historyentry SET reason = '' WHERE seq = 1", "the reason was changed"),
        ("DELETE FROM services_historyseal WHERE id = (SELECT min(id) FROM services_historyseal)", "a seal before"),
        ("UPDATE services_historyseal SET entries = 1", "sealed 1 entries, found 2"),
    ],
)
def test_whoever_changes_history_past_the_triggers_is_found(sealed, statement, fault):
    tamper(statement)
    assert fault in verify_history().fault


def test_a_whole_case_that_disappears_is_found_by_the_seals(sealed):
    gone = sealed[0]
    tamper("DELETE FROM services_historyentry WHERE subject_id = %s", str(gone.pk))
    assert "sealed 2 entries, found 1" in verify_history().fault


def test_a_chain_forged_anew_is_found_by_the_seals(sealed):
    """Somebody who recomputes a whole chain, hashes included, still does not match the seal."""
    resident = sealed[0]
    entries = list(HistoryEntry.objects.filter(subject_id=str(resident.pk)).order_by("seq"))
    tamper("DELETE FROM services_historyentry WHERE subject_id = %s", str(resident.pk))
    for entry in entries:
        entry.actor_key = "somebody else"
        entry.save(force_insert=True)
    assert "an entry below it was changed" in verify_history().fault


def test_the_command_ends_with_an_error_and_names_the_place(sealed):
    tamper("UPDATE services_historyentry SET after = 'x' WHERE seq = 2")
    with pytest.raises(CommandError, match=r"services\.resident \d+ #2"):
        call_command("verify_history")


def test_nobody_deletes_a_seal(sealed):
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        HistorySeal.objects.all().delete()


def test_a_timeline_reads_in_words_with_one_query(make_resident, django_assert_num_queries):
    resident = make_resident()
    notice = post(Message("k", "", "알림"), once_key="a", resident=resident)
    record(notice, "retried", by=Actor.staff(3, "시연 김담당"), before="dead", after="queued")
    with django_assert_num_queries(1):
        (line,) = timeline(notice)
    assert (line.what, line.before, line.after, line.who) == ("다시 보냄", "보내지 못함", "보낼 예정", "시연 김담당")
