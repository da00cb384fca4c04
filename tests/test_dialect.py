"""The one dialect of verbs, moves and reads (docs/HOUSE.md): checked by signature and by name, app for app."""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import pgtrigger
import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from services.enums.moves import Move
from services.enums.tables import RowMove
from services.models.tables import TableRow
from services.rules.history import Actor

APPS = ["services", "consultations", "solar", "slate"]
CONVERTED = ["consultations", "slate", "solar", "services"]  # an app comes onto this list with its last old verb
ROOT = Path(settings.BASE_DIR)
PAGES = ("views", "staff_views", "api", "tasks")
# What pages call from the room of verbs although it is none, and why.
NO_VERBS = {
    # Loops of jobs and of buttons for everybody: each row in a transaction of its own, by a verb.
    "consultations.actions.clinic_days.make_clinic_days",
    "consultations.actions.reminders.remind_due",
    "consultations.actions.enquiries.close_silent",
    "consultations.actions.statistics.issue_half_years",
    "consultations.actions.waiting.end_past_lines",
    "consultations.actions.waiting.expire_due",
    "consultations.actions.waiting.leave_booked",
    "consultations.actions.worklist.arrange_all",
    "consultations.actions.worklist.tend",
    "slate.actions.decisions.approve_many",
    "slate.actions.reminders.remind_of_owner_consent",
    "slate.actions.reminders.remind_of_papers",
    "slate.actions.reminders.tell_progress",
    "slate.actions.reminders.warn_of_ending_drafts",
    "solar.actions.rollups.roll_up_all",
    # A browser's session at the desk: no case changes, so nobody acts.
    "consultations.actions.desk.forget_words",
    "consultations.actions.desk.is_open",
    "consultations.actions.desk.keep_words",
    "consultations.actions.desk.kept_words",
    "consultations.actions.desk.leave_desk",
    "consultations.actions.desk.open_desk",
    "consultations.actions.desk.remember",
    "consultations.actions.desk.send_desk_code",
    # A device whose key is the actor.
    "solar.actions.pushes.push",
    # A program reads its calendar: when, not who.
    "consultations.actions.calendars.note_reading",
    # A question that needs what the verb knows.
    "consultations.actions.holidays.suggested",
    # The ground floor: a call of a program is kept with its answer, by whatever verb it is made.
    "services.actions.api_requests.once",
    # A file is judged outside of a transaction, because that is slow; then it is kept in one.
    "services.actions.documents.accept",
    # A form that a browser holds: nobody is known yet, so nobody acts.
    "services.actions.drafts.bind",
    "services.actions.drafts.claim",
    "services.actions.drafts.draft_of",
    "services.actions.drafts.drafts_of",
    "services.actions.drafts.drop_draft",
    "services.actions.drafts.hold",
    "services.actions.drafts.new_draft",
    "services.actions.drafts.own_draft",
    "services.actions.drafts.release",
    "services.actions.drafts.save_answers",
    # A visitor proves a phone or opens a case: the visitor is nobody before, and a counted try outlives its refusal.
    "services.actions.access.await_answer",
    "services.actions.access.await_code",
    "services.actions.access.enter",
    "services.actions.access.leave",
    "services.actions.access.note_sent",
    "services.actions.access.phone_awaiting_answer",
    "services.actions.people.check_code",
    "services.actions.people.open_by_reference",
    "services.actions.people.send_code",
    "services.actions.puzzles.new_puzzle",
    "services.actions.puzzles.solve",
    # Who looked at what: reading changes no case.
    "services.actions.history.record_reading",
    "services.actions.history.record_readings",
    # The machine's own rounds, and a button for many at once.
    "services.actions.history.seal",
    "services.actions.jobs.forget",
    "services.actions.jobs.purge",
    "services.actions.jobs.run_missed",
    "services.actions.jobs.tick",
    "services.actions.notices.dispatch.dispatch_due",
    "services.actions.notices.dispatch.follow_deliveries",
    "services.actions.notices.follow_up.retry_many",
}
# These make a case of the row that they name first: they refer to it and change nothing about it.
MAKERS = {"slate.actions.intake.submit", "solar.actions.batches.upload"}


def modules(app: str, *rooms: str) -> list[Path]:
    """The modules of these rooms, files or packages."""
    found = [path for room in rooms for path in ((ROOT / app / f"{room}.py"), *(ROOT / app / room).rglob("*.py"))]
    return sorted(path for path in found if path.exists())


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


# Verbs


def named_in(path: Path, app: str) -> Iterator[tuple[str, Any]]:
    """What a module of pages takes from the app's actions: (how it is written there, the thing)."""
    tree, doors = tree_of(path), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{app}.actions"):
            room = importlib.import_module(node.module or "")
            for alias in node.names:
                thing = getattr(room, alias.name, None) or importlib.import_module(f"{node.module}.{alias.name}")
                if isinstance(thing, ModuleType):
                    doors[alias.asname or alias.name] = thing
                else:
                    yield alias.name, thing
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in doors:
            yield f"{node.value.id}.{node.attr}", getattr(doors[node.value.id], node.attr)


def called(app: str) -> dict[str, Callable[..., Any]]:
    """The functions of the app's actions that its pages, its API, its jobs or its admin mention."""
    things = [thing for path in modules(app, *PAGES) for _how, thing in named_in(path, app)]
    tables = [one for thing in things if isinstance(thing, dict) for one in thing.values()]  # {"cancel": cancel, ...}
    functions = [one for one in [*things, *tables] if inspect.isfunction(one)]
    return {
        f"{one.__module__}.{one.__name__}": one for one in functions if one.__module__.startswith(f"{app}.actions")
    }


CALLED = {name: verb for app in CONVERTED for name, verb in called(app).items()}


def holds_a_row(kind: object) -> bool:
    """Whether this annotation is a row, or a collection of rows; a table is none."""
    return get_origin(kind) is not type and any(
        isinstance(one, type) and issubclass(one, models.Model) for one in (kind, *get_args(kind))
    )


@pytest.mark.parametrize("name", sorted(CALLED.keys() - NO_VERBS))
def test_what_a_page_calls_is_a_verb(name):
    """`@in_turn def cancel(booking_id, *, by: Actor, ...)`: ids or plain values first, an actor, one transaction."""
    verb = CALLED[name]
    kinds, parameters = get_type_hints(inspect.unwrap(verb)), inspect.signature(verb).parameters
    assert getattr(verb, "is_verb", False), "runs without @in_turn"
    assert "by" in parameters
    assert parameters["by"].kind == inspect.Parameter.KEYWORD_ONLY
    assert kinds["by"] is Actor
    first = next((one.name for one in parameters.values() if one.kind != one.KEYWORD_ONLY), "by")
    assert name in MAKERS or not holds_a_row(kinds[first]), f"{first}: an id, not the row"
    assert "user" not in parameters, "the actor is `by`, never a user"


@pytest.mark.parametrize("app", CONVERTED)
def test_the_exceptions_are_still_called(app):
    assert {name for name in NO_VERBS if name.startswith(f"{app}.")} <= CALLED.keys()


@pytest.mark.parametrize("app", CONVERTED)
def test_pages_take_verbs_from_their_module(app):
    """`from consultations.actions import bookings` ... `bookings.cancel(...)`: the reader sees whose verb it is."""
    bare = [
        f"{name_of(path)}: {how}"
        for path in modules(app, *PAGES)
        for how, thing in named_in(path, app)
        if inspect.isfunction(thing) and "." not in how
    ]
    assert not bare


# Moves


CASES = [model for model in apps.get_models() if hasattr(model, "moves") and model._meta.app_label in CONVERTED]


def said_in_actions(app: str) -> set[str]:
    """Every "BookingMove.CANCELLED" of the app's actions, and of the ground floor's that write for all apps."""
    nodes = [
        node for path in modules(app, "actions") + modules("services", "actions") for node in ast.walk(tree_of(path))
    ]
    return {
        f"{node.value.id}.{node.attr}"
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case._meta.label)
def test_every_move_is_made_by_a_verb(case):
    moves: type[Move] = case.moves
    made = said_in_actions(case._meta.app_label)
    of_tables = {f"{moves.__name__}.{one.name}" for one in RowMove} if issubclass(case, TableRow) else set()
    assert {f"{moves.__name__}.{one.name}" for one in moves} - of_tables <= made
    assert moves.paths().keys() <= set(moves.values)


@pytest.mark.parametrize("case", [case for case in CASES if case.moves.paths()], ids=lambda case: case._meta.label)
def test_every_state_is_reached_and_the_database_knows_the_way(case):
    field = case._meta.get_field("state")
    states = {str(value) for value, _label in field.choices}
    reached = set(case.moves.starts() or {str(field.default)})
    assert reached <= states
    ways = case.moves.transitions()
    while more := {new for old, new in ways if old in reached} - reached:
        reached |= more
    assert reached == states
    refusals = [one for model, one in pgtrigger.registered() if model is case and isinstance(one, pgtrigger.FSM)]
    assert [sorted(map(tuple, one.transitions)) for one in refusals] == [ways]


@pytest.mark.parametrize("app", APPS)
def test_a_case_names_its_moves_in_one_enum(app):
    old = [
        name_of(path)
        for path in modules(app, "models", "enums")
        if "history_words" in path.read_text(encoding="utf-8")
    ]
    assert not old


@pytest.mark.parametrize("app", CONVERTED)
def test_a_move_is_no_bare_word(app):
    """record(row, "cancelled") has no label, no path and no one who finds it."""
    bare = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules(app, "actions")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"record", "note", "move"}
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    ]
    assert not bare


# Reads


@pytest.mark.parametrize("app", APPS)
def test_who_may_see_a_row_is_asked_of_its_table(app):
    """Booking.objects.seen_by(user), not bookings_for(user) in the reports."""
    functions = [
        node for path in modules(app, "reports") for node in tree_of(path).body if isinstance(node, ast.FunctionDef)
    ]
    asked = [
        one.name
        for one in functions
        if one.name.endswith("_for")
        and one.args.args
        and ast.unparse(one.args.args[0].annotation or ast.Constant("")) == "User"
    ]
    assert not asked


ONE_OF_THEM = {
    "booking",  # the pages and forms by which one is made, step by step; `bookings` are what came of it
    "application",  # the same walk in slate
    "refusal",  # the way in which a verb says no; `refusals` are what a page makes of it
    "tariff",  # the arithmetic of a single one; `tariffs` are the tables
}


@pytest.mark.parametrize("app", CONVERTED)
def test_a_subject_has_one_name_in_every_room(app):
    """The waiting list is `waiting` everywhere: no room says `waitings`."""
    subjects = {path.stem for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts}
    twice = {name for name in subjects if f"{name}s" in subjects} - ONE_OF_THEM
    assert not twice
