"""A new key: everything is written again with it, and the old key may go."""

import logging

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command

from services.actions.drafts import new_draft, save_answers
from services.actions.history import record
from services.actions.keys import encrypted_columns, rotate
from services.actions.people import send_code
from services.models import Draft, HistoryEntry, Notice, Resident, Verification
from services.rules.history import Actor

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
PHONE = "+821012345678"


@pytest.fixture
def full_house(settings, client, make_resident, make_staff):
    """A row in every kind of encrypted column, written with the old key."""
    settings.FIELD_KEYS = [OLD]
    resident = make_resident("시연 김만경", PHONE, address="만경리 1")
    record(resident, "moved", by=Actor.system("test"), reason="이사했습니다.")
    send_code(PHONE, address="10.0.0.1")
    save_answers(new_draft(client.session, "slate"), area_m2=110)
    officer = make_staff(username="oh")
    TOTP.activate(officer, generate_totp_secret())
    RecoveryCodes.activate(officer)
    return resident


def read_everything() -> list[object]:
    """What is readable with the keys of now."""
    resident = Resident.objects.get()
    codes = [factor.wrap() for factor in Authenticator.objects.filter(type="recovery_codes")]
    return [
        resident.name,
        resident.phone,
        resident.address,
        HistoryEntry.objects.get(move="moved").reason,
        Notice.objects.get().short,
        Verification.objects.get().phone,
        Draft.objects.get().answers,
        [code.get_unused_codes() for code in codes],
    ]


def test_after_the_rotation_the_old_key_may_go(full_house, settings):
    before, index = read_everything(), full_house.phone_index
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(InvalidToken):
        Resident.objects.get()
    settings.FIELD_KEYS = [NEW, OLD]
    assert rotate() >= 10
    settings.FIELD_KEYS = [NEW]
    assert read_everything() == before
    assert Resident.objects.get().phone_index == index


def test_a_rotation_may_be_stopped_and_started_again(full_house, settings):
    settings.FIELD_KEYS = [NEW, OLD]
    lines: list[str] = []

    def stop(line: str) -> None:
        lines.append(line)
        if len(lines) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(tell=stop)
    rotate()
    assert rotate() == 0, "nothing is left to do"
    settings.FIELD_KEYS = [NEW]
    assert read_everything()


def test_small_batches_reach_every_row(settings, make_resident):
    settings.FIELD_KEYS = [OLD]
    for number in range(7):
        make_resident(f"시연 {'가나다라마바사'[number]}", f"+8210123456{number}0")
    settings.FIELD_KEYS = [NEW, OLD]
    rotate(batch=3)
    settings.FIELD_KEYS = [NEW]
    assert len({resident.phone for resident in Resident.objects.order_by("pk")}) == 7


def test_the_history_still_holds_and_shows_no_change_of_the_resident(full_house, settings):
    from django.apps import apps

    events = apps.get_model("services", "ResidentEvent").objects
    before, entry = events.count(), HistoryEntry.objects.get(move="moved")
    settings.FIELD_KEYS = [NEW, OLD]
    rotate()
    again = HistoryEntry.objects.get(move="moved")
    assert (again.entry_hash, again.reason) == (entry.entry_hash, entry.reason)
    assert events.count() == before


def test_every_encrypted_column_is_known():
    names = {(column.table, column.column) for column in encrypted_columns()}
    expected = {("services_resident", "name"), ("services_historyentry", "reason"), ("services_draft", "answers")}
    assert expected <= names


def test_the_command_tells_how_far_it_is(full_house, settings, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    settings.FIELD_KEYS = [NEW, OLD]
    call_command("rotate_keys", batch=2)
    told = capsys.readouterr().out
    assert "services_resident.name: 1" in told
    assert "values now have the newest of 2 keys" in told
    for secret in (OLD, NEW, "김만경"):
        assert secret not in told + caplog.text
