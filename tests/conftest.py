"""Strict for everyone: one clock, random order of unordered rows, no inline handlers, an actor for every write."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client, TransactionTestCase
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from services.actions.history import acting
from services.enums.people import Role
from services.models import Resident, Township, User
from services.rules.history import Actor

# On a machine with a busy neighbour slow is no fault.
hypothesis_settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("shared machine")
POST_FORM = re.compile(rb"<form[^>]*method=\"post\".*?</form>", re.I | re.S)
INLINE = re.compile(rb"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)|\son\w+=\"|\sstyle=\"|{{|{%", re.I)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """After a test with real transactions, empty the tables in one statement but keep what migrations put there.

    Django's own flush would be refused by the append-only triggers and would lose townships and groups.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        keep, existing = {}, set(connection.introspection.table_names(cursor))
        models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in existing]
        for model in models:
            table, column = model._meta.db_table, model._meta.pk.column
            if column is None:  # a composite key: no migration fills these
                continue
            cursor.execute(f'SELECT "{column}" FROM "{table}" ORDER BY 1 DESC LIMIT 1')  # noqa: S608
            if row := cursor.fetchone():
                keep[table] = (column, row[0])

    def teardown(self: TransactionTestCase) -> None:
        tables = {model._meta.db_table for model in models} - keep.keys()
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in sorted(tables):
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608
            for table, (column, highest) in keep.items():
                cursor.execute(f'DELETE FROM "{table}" WHERE "{column}" > %s', [highest])  # noqa: S608
            cursor.execute("SET session_replication_role = DEFAULT")

    setattr(TransactionTestCase, "_fixture_teardown", teardown)  # noqa: B010


@pytest.fixture(autouse=True)
def _act_as_test() -> Iterator[None]:
    """Factories may write; a test of the refusal leaves this context with `nobody_acting`."""
    with acting(Actor.system("test")):
        yield


@pytest.fixture(autouse=True)
def _shuffle_unordered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A queryset without an order comes back in random order, so that nothing relies on luck."""
    original = SQLCompiler.get_order_by

    def get_order_by(self: SQLCompiler) -> Sequence[object]:
        result = original(self)
        query = self.query
        reads_rows = (query.default_cols or query.select) and not query.subquery
        if result or not reads_rows or query.distinct or query.combinator or query.group_by is not None:
            return result
        query.order_by = ("?",)
        try:
            return original(self)
        finally:
            query.order_by = ()

    monkeypatch.setattr(SQLCompiler, "get_order_by", get_order_by)


@pytest.fixture
def clock() -> Iterator[Callable[[str], time_machine.Traveller]]:
    """Freeze time in Korean time: `clock("2026-11-20 10:00")`; call again to move."""
    travels: list[time_machine.travel] = []

    def freeze(moment: str) -> time_machine.Traveller:
        for travel in travels:
            travel.stop()
        travels.clear()
        travel = time_machine.travel(
            dt.datetime.fromisoformat(moment).replace(tzinfo=timezone.get_default_timezone()), tick=False
        )
        travels.append(travel)
        return travel.start()

    yield freeze
    for travel in travels:
        travel.stop()


class StrictClient(Client):
    """Refuses pages with inline code or unrendered templates, and forms whose token an `only` has swallowed."""

    def force_login(self, user, backend="django.contrib.auth.backends.ModelBackend"):
        super().force_login(user, backend)

    def request(self, **kwargs):
        response = super().request(**kwargs)
        if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
            found = INLINE.search(response.content)
            assert not found, f"inline code in {kwargs.get('PATH_INFO')}: {found and found.group()!r}"
            for form in POST_FORM.findall(response.content):
                if b'action="/services/display/save' in form:
                    continue  # how the pages look needs no token
                assert b"csrfmiddlewaretoken" in form, f"a form without token in {kwargs.get('PATH_INFO')}"
        return response


@pytest.fixture
def client() -> StrictClient:
    return StrictClient()


@pytest.fixture
def township(db) -> Township:
    return Township.objects.get(name="만경읍")


@pytest.fixture
def make_staff(db) -> Callable[..., User]:
    """`make_staff(Role.SLATE_OFFICER, username="kim")`: a member of staff with these roles."""
    from django.contrib.auth.models import Group

    def make(*roles: Role, username: str = "", **fields: object) -> User:
        name = username or "-".join(roles) or "staff"
        user = User.objects.create(username=name, display_name=f"시연 {name}", **fields)
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make


@pytest.fixture
def staff_client(make_staff, settings) -> Callable[..., StrictClient]:
    """A client logged in with these roles; the second factor is tested in tests/services/test_staff_login.py."""
    settings.STAFF_MFA_REQUIRED = False

    def make(*roles: Role, user: User | None = None) -> StrictClient:
        client = StrictClient()
        client.force_login(user or make_staff(*roles))
        return client

    return make


@pytest.fixture
def make_resident(db) -> Callable[..., Resident]:
    """`make_resident(name="시연 김만경", phone="+821012345678")`."""

    def make(name: str = "시연 김만경", phone: str = "+821012345678", **fields: object) -> Resident:
        return Resident.objects.create(name=name, phone=phone, **fields)

    return make


@pytest.fixture
def resident_client(client) -> Callable[[Resident], StrictClient]:
    """A client whose session has this resident's verified phone."""

    def make(resident: Resident) -> StrictClient:
        import time

        session = client.session
        session["resident_phone_index"] = resident.phone_index
        session["resident_seen_at"] = int(time.time())
        session.save()
        return client

    return make


@pytest.fixture(autouse=True)
def _quiet_doorbell(settings) -> None:
    """No test rings a broker by accident; tests/faults and the doorbell's own tests ring it on purpose."""
    settings.DOORBELL = False


@pytest.fixture(autouse=True)
def _every_page_is_new(settings) -> None:
    """A page rendered for one test is never shown in another; tests/services/test_shared.py turns sharing on."""
    settings.PUBLIC_PAGE_SECONDS = 0
