"""House rules as tests, not as prose."""

import ast
import re
import tomllib
from pathlib import Path

import django.forms
import pytest
from django.apps import apps
from django.conf import settings
from django.template.utils import get_app_template_dirs
from django.urls import URLPattern, URLResolver, get_resolver

import services.models
from gimje_portal.rights import access_for

APPS = ["services", "consultations", "solar", "slate"]
OURS = {"gimje_portal", *APPS}
ROOT = Path(settings.BASE_DIR)
ROOMS = {
    "enums",
    "rules",
    "models",
    "notices",
    "reports",
    "actions",
    "forms",
    "views",
    "urls",
    "staff_views",
    "staff_urls",
    "tasks",
    "api",
    "apps",
}
FOLDERS = {"migrations", "management", "templatetags", "data", "static"}


def url_names(patterns=None, namespace="") -> list[tuple[str, object]]:
    """Every (view name, callback) of the portal."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found += url_names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            found.append((f"{namespace}{pattern.name or ''}", pattern.callback))
    return found


@pytest.mark.parametrize("app", APPS)
def test_an_app_has_no_other_rooms(app):
    folder = ROOT / app
    rooms = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    rooms |= {path.name for path in folder.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms - FOLDERS <= ROOMS


@pytest.mark.parametrize("app", APPS)
def test_no_room_is_empty(app):
    """A room comes with its first function; a file with a docstring only is a door to nothing."""
    empty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / app).rglob("*.py")
        if path.name != "__init__.py" and len(ast.parse(path.read_text(encoding="utf-8")).body) <= 1
    ]
    assert not empty


SHELVES = next(
    contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    if contract["name"].startswith("shelves of services")
)
UPPER = {pattern.split(".")[2] for pattern in SHELVES["forbidden_modules"]}
LOWER = {pattern.split(".")[2] for pattern in SHELVES["source_modules"]}


def shelf_of(module: str) -> str:
    """services.actions.notices.posting -> notices; "" for what is no shelf (services.tasks, a room's own door)."""
    parts = module.split(".")
    return parts[2] if parts[0] == "services" and len(parts) > 2 and parts[1] in ROOMS else ""


def test_every_module_of_the_ground_floor_stands_on_one_shelf():
    """The contract in pyproject.toml names each; a new one is put on a list by whoever makes it."""
    found = {shelf_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in modules()} - {"", "__init__"}
    assert found == UPPER | LOWER
    assert not UPPER & LOWER


def test_no_lower_shelf_fetches_an_upper_table_past_the_contract():
    """`from services.models import ServicePage` names a room: import-linter cannot see whose table that is."""
    wrong = []
    for path in modules():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if shelf_of(module) not in LOWER:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "services.models":
                tables = [getattr(services.models, alias.name) for alias in node.names]
                wrong += [f"{module}: {table}" for table in tables if shelf_of(table.__module__) in UPPER]
    assert not wrong


def test_every_url_stands_in_the_rights_matrix():
    unnamed_redirect = ""  # allauth's one unnamed path; the middleware closes it, as every name that is not listed
    missing = {name for name, _ in url_names() if access_for(name) is None} - {unnamed_redirect}
    assert not missing


@pytest.mark.parametrize("app", APPS)
def test_a_page_has_one_name(app):
    """consultations:staff_day_board -> staff_views.day_board; consultations:start -> views.start."""
    for name, callback in url_names():
        if not name.startswith(f"{app}:"):
            continue
        page = name.split(":")[1]
        expected = page.removeprefix("staff_") if "staff_views" in callback.__module__ else page
        assert getattr(callback, "__name__", "") == expected or "api" in callback.__module__, name


def test_foreign_keys_point_down():
    """services knows none of the three; the three do not know each other."""
    for model in apps.get_models():
        app = model._meta.app_label
        if app not in OURS:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and isinstance(field.related_model, type):
                target = field.related_model._meta.app_label
                assert target not in OURS or target in {app, "services"}, f"{model.__name__}.{field.name} -> {target}"


def test_every_constraint_has_a_name_and_a_korean_sentence():
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        for constraint in model._meta.constraints:
            sentence = str(constraint.get_violation_error_message())
            assert any("가" <= letter <= "힣" for letter in sentence), f"{model.__name__}: {constraint.name}"


def modules() -> list[Path]:
    return [
        path
        for app in sorted(OURS)
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts and path.read_text(encoding="utf-8").strip()
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_opens_with_one_sentence(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_a_form_component_is_not_cut_off_from_the_csrf_token():
    """`{% include "components/form.html" … only %}` drops csrf_token: people would get a 403."""
    cut_off = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r'include "components/form\.html"[^%]* only %}', path.read_text(encoding="utf-8"))
    ]
    assert not cut_off


TEMPLATES = ROOT / "templates"


def templates() -> list[str]:
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())


def strings(app: str) -> set[str]:
    """Every piece of text in the code of an app; of an f-string its fixed parts."""
    trees = [
        ast.parse(path.read_text(encoding="utf-8")) for path in modules() if path.relative_to(ROOT).parts[0] == app
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def overrides(name: str) -> bool:
    """A page of a package (or of Django's forms) in our look."""
    folders = [*get_app_template_dirs("templates"), Path(django.forms.__file__).parent / "templates"]
    return any((folder / name).exists() for folder in folders)


def test_every_template_is_used():
    """By a view of its name, by its full name in code or in another template, or in place of a package's own."""
    texts = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in templates()}
    said = {app: strings(app) for app in OURS}
    pages = {(name.split(":")[0], getattr(callback, "__name__", "")) for name, callback in url_names()}

    def is_used(name: str) -> bool:
        path = Path(name)
        app, stem = path.parts[0], path.name.split(".")[0]
        is_included = any(f'{name}"' in text for other, text in texts.items() if other != name)
        if path.parent.name == "notices" and path.suffix == ".txt":  # compose(f"<app>/notices/{name}")
            return is_included or any(text.rsplit("/")[-1] == stem for text in said[app])
        return (
            is_included
            or any(name in texts_of_app for texts_of_app in said.values())
            or (app, stem) in pages
            or (app == "errors" and stem in said["gimje_portal"])
            or overrides(name)
        )

    dead = [name for name in texts if not is_used(name)]
    assert not dead, "\n".join(dead)


DRAW = ("render", "render_form")
FOLDER_OF_PAGES = {"views": "{app}/", "staff_views": "{app}/staff/"}
# Who draws a page of another name, and why.
OTHER_PAGES = {
    ("document", "document_too_late"),  # its own answer is a file; this is said when the link is old
    ("verify_again", "verify_code"),  # refused: the page it was asked from, with the reason
    ("_look_at", "import_look"),  # import_detail while the file is not taken yet
    ("_look", "import_detail"),  # a file that cannot be read any more says so there
}


def test_a_page_is_drawn_by_the_template_of_its_name():
    """views.booking draws <app>/booking.html, staff_views.case draws <app>/staff/case.html, or a fragment."""
    found = {(view, page) for path in modules() for view, page in drawn(path) if view != page and page[0] != "_"}
    assert found == OTHER_PAGES


def drawn(path: Path) -> list[tuple[str, str]]:
    """(view, page) of every template that is drawn by its name in a module of pages; the folder stays when it errs."""
    app, room = path.relative_to(ROOT).with_suffix("").parts[:2]
    if room not in FOLDER_OF_PAGES:
        return []
    views = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    calls = [(view.name, node) for view in views for node in ast.walk(view) if isinstance(node, ast.Call)]
    return [
        (view, str(call.args[1].value).removeprefix(FOLDER_OF_PAGES[room].format(app=app)).removesuffix(".html"))
        for view, call in calls
        if isinstance(call.func, ast.Name) and call.func.id in DRAW and isinstance(call.args[1], ast.Constant)
    ]


CATCH_THEMSELVES = {  # step by step forms: a refusal leads to another step
    "services/views/steps.py",
    "consultations/views/booking.py",
}


def test_pages_leave_a_refusal_to_the_one_helper():
    """`with refusals_to(form)` or `refusals_to(request)`: same place of the sentence, same status everywhere."""
    catching = {
        str(path.relative_to(ROOT))
        for path in modules()
        if "views" in str(path.relative_to(ROOT)) and "except Refused" in path.read_text(encoding="utf-8")
    }
    assert catching == CATCH_THEMSELVES
