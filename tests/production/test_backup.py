"""A backup comes back whole or is not called one: counts, digests, keys, history and files are compared."""

import base64
import io
import json
import tarfile

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from gimje_portal import backup
from gimje_portal.postgresql import Failed
from services.actions import installation
from services.enums.documents import MediaType, ScanState
from services.enums.history import ActorKind
from services.models import Document, Resident, Tick
from services.models.encryption import key_ring

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(settings, tmp_path, make_resident):
    """Somebody's data and one private file."""
    settings.DATA_DIR = tmp_path / "files"
    settings.DATA_DIR.mkdir()
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": settings.DATA_DIR},
        }
    }
    installation.mark()
    make_resident()
    default_storage.save("documents/one", ContentFile(b"paper"))
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


def written(folder, capsys):
    call_command("backup", folder)
    capsys.readouterr()
    return next(folder.glob("gimje-*.tar"))


def changed(path, name, change):
    """The same archive with one member changed, or without it."""
    with tarfile.open(path) as archive:
        members = {member.name: archive.extractfile(member).read() for member in archive.getmembers()}
    content = change(members.pop(name))
    if content is not None:
        members[name] = content
    with tarfile.open(path, "w") as archive:
        for one, data in members.items():
            info = tarfile.TarInfo(one)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def test_a_backup_is_rehearsed_and_nothing_of_it_stays(portal, capsys):
    before, people = databases(), Resident.objects.count()
    call_command("backup", portal)
    said = capsys.readouterr().out
    assert " tables, " in said
    assert "2 files" in said, "the paper and the mark"
    path = next(portal.glob("gimje-*.tar"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in portal.iterdir()] == [path.name]
    assert Tick.objects.filter(name="backup").exists()
    call_command("restore", path, rehearse=True)
    said = capsys.readouterr().out
    assert "encrypted values with the keys of this process" in said
    assert "comes back whole" in said
    assert databases() == before
    assert Resident.objects.count() == people
    with tarfile.open(path) as archive:
        manifest = json.loads(backup._content(archive, archive.getmember("manifest.json")))
    assert manifest["tables"]["services_resident"][0] == people


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        ("files/documents/one", lambda content: content + b"!", "file documents/one differs"),
        ("files/documents/one", lambda content: None, "file documents/one differs"),
        ("database.dump", lambda content: content[: len(content) // 2], "pg_restore"),
        ("database.dump", lambda content: None, "is no whole backup"),
        ("manifest.json", lambda content: None, "is no whole backup"),
        ("manifest.json", lambda content: b"{}", "is no whole backup"),
        (
            "manifest.json",
            lambda content: json.dumps(
                (given := json.loads(content))
                | {"tables": given["tables"] | {"services_resident": [7, given["tables"]["services_resident"][1]]}}
            ).encode(),
            "table services_resident: 7 rows became 1",
        ),
    ],
)
def test_what_is_not_as_it_was_is_named(portal, capsys, name, change, fault):
    path, before = changed(written(portal, capsys), name, change), databases()
    with pytest.raises(CommandError, match=fault):
        call_command("restore", path, rehearse=True)
    assert databases() == before


def test_a_changed_row_of_the_same_number_is_noticed(portal, capsys):
    path = written(portal, capsys)

    def other_digest(content):
        manifest = json.loads(content)
        manifest["tables"]["services_township"][1] = "1"
        return json.dumps(manifest).encode()

    with pytest.raises(CommandError, match=r"table services_township: \d+ rows became \d+, or differ"):
        call_command("restore", changed(path, "manifest.json", other_digest), rehearse=True)


def test_the_keys_of_somebody_else_are_noticed(portal, capsys, settings):
    path = written(portal, capsys)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="FIELD_KEYS: none of these keys reads this database"):
        call_command("restore", path, rehearse=True)


def test_a_value_that_no_key_reads_is_counted(portal, capsys):
    foreign = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # past the history's triggers
        cursor.execute("UPDATE services_resident SET name = %s", [foreign])
        cursor.execute("SET session_replication_role = origin")
    with pytest.raises(CommandError, match=r"services_resident\.name: 1 values are unreadable"):
        call_command("restore", written(portal, capsys), rehearse=True)


def test_a_paper_that_the_database_names_and_the_backup_lacks(portal, capsys):
    assert backup._papers({}) == []
    readable = key_ring().encrypt(b"scan")
    facts = {"media_type": MediaType.PDF, "scan": ScanState.NOT_SCANNED, "actor_kind": ActorKind.SYSTEM}
    Document.objects.create(original_path="documents/lost", name="x", size=1, **facts)
    assert backup._papers({"documents/lost": base64.urlsafe_b64decode(readable)}) == []
    assert backup._papers({}) == ["1 papers are missing or unreadable, the first documents/lost"]
    assert backup._papers({"documents/lost": b"x"}) == ["1 papers are missing or unreadable, the first documents/lost"]


def test_nothing_is_restored_over_what_is_there(portal, capsys):
    with pytest.raises(CommandError, match="The database is not empty"):
        call_command("restore", written(portal, capsys))


def test_old_backups_go_and_others_stay(portal, capsys):
    (portal / "notes.tar").touch()
    for day in range(1, 6):
        (portal / f"gimje-2026110{day}T000000.tar").touch()
    call_command("backup", portal, keep=3)
    left = sorted(path.name for path in portal.iterdir())
    assert left[:2] == ["gimje-20261104T000000.tar", "gimje-20261105T000000.tar"]
    assert (len(left), left[-1]) == (4, "notes.tar")


def test_a_backup_does_not_lie_within_the_files(portal, settings):
    inside = settings.DATA_DIR / "backups"
    inside.mkdir()
    for folder, sentence in ((inside, "lies within DATA_DIR"), (portal / "gone", "is no folder")):
        with pytest.raises(CommandError, match=sentence):
            call_command("backup", folder)


def test_a_full_disk_is_said_before_anything_is_written(portal, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    with pytest.raises(CommandError, match="MB left"):
        call_command("backup", portal)
    assert not list(portal.iterdir())


def test_a_backup_that_broke_off_leaves_no_file(portal, monkeypatch):
    def broken(*args):
        msg = "pg_dump: gone"
        raise Failed(msg)

    monkeypatch.setattr(backup, "run_program", broken)
    with pytest.raises(CommandError, match="gone"):
        call_command("backup", portal)
    assert not list(portal.iterdir())
    assert not Tick.objects.filter(name="backup").exists()
