"""House rules as tests, not as prose."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from gimje_portal.rights import access_for

APPS = ["services", "consultations", "solar", "slate"]
OURS = {"gimje_portal", *APPS}
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
    "admin",
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
def test_every_app_has_the_same_rooms_and_no_others(app):
    folder = Path(settings.BASE_DIR) / app
    rooms = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    rooms |= {path.name for path in folder.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms - FOLDERS == ROOMS


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
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py"))
        if "migrations" not in path.parts and path.read_text(encoding="utf-8").strip()
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_every_module_opens_with_one_sentence(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_a_form_component_is_not_cut_off_from_the_csrf_token():
    """`{% include "components/form.html" … only %}` drops csrf_token: people would get a 403."""
    cut_off = [
        str(path.relative_to(settings.BASE_DIR))
        for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html")
        if re.search(r'include "components/form\.html"[^%]* only %}', path.read_text(encoding="utf-8"))
    ]
    assert not cut_off
