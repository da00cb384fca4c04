"""What is written for the next person is true: every cited rule has its line, the README is short."""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
NOT_OURS = {"build", "node_modules"}
FOLDERS = sorted(
    path for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and path.name not in NOT_OURS
)
ENDINGS = {".py", ".html", ".txt", ".typ", ".toml", ".csv", ".js", ".css", ".md"}

# The grammar of citations
LAW = re.compile(r"(?<![\w-])(?:[A-Z]{2}-\d{2}|EL-[A-H])\b(?![-\w])")  # MW-08, EL-H; 2020-SL-0412 is a number
LAW_RANGE = re.compile(r"\b([A-Z]{2})-(\d{2})(?:~| to )\1-(\d{2})\b")
COPY_TOKEN = r"(?:[A-Z]\d{1,3}[a-z]?|\d{1,2}(?:\.\d{1,2})?)\b"
COPY = re.compile(rf"\bCOPY ({COPY_TOKEN}(?:(?:, |: | to | and | ){COPY_TOKEN})*)")
BARE = {  # ids without a prefix of their own, by the folder in which they mean a rule
    "": r"[SC]\d{2}[ab]?|F\d{2}|H4\d{2}[a-z]?",
    "slate": r"[AW]\d{1,2}|T\d{2}[ab]?",
    "solar": r"E[1-8]",
    "tests": r"T\d{2}[ab]?",
}
OF_THE_WORDS = re.compile(r"[ABNT]\d|\d")  # pages, tones and sections of the words keep their prefix in the key


def comments(path: Path) -> str:
    """What people wrote in a Python file to be read: its comments and docstrings, without the linter's codes."""
    source = path.read_text(encoding="utf-8")
    said = [
        re.sub(r"noqa:.*|type: ignore.*", "", token.string)
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    said += [
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    return "\n".join(said)


def keys(text: str, folder: str) -> set[str]:
    """Every rule that a text cites, ranges written out ("S08 to S10"), as the keys of docs/rules.md."""
    found = set(LAW.findall(text))
    for run in COPY.findall(text):
        found |= {f"COPY {one}" if OF_THE_WORDS.match(one) else one for one in written_out(run)}
    bare = "|".join(pattern for where, pattern in BARE.items() if where in ("", folder))
    rest = COPY.sub(" ", text)
    for run in re.findall(rf"\b(?:{bare})(?: to (?:{bare}))?\b", rest):
        found |= written_out(run)
    for prefix, first, last in LAW_RANGE.findall(text):
        found |= {f"{prefix}-{n:02}" for n in range(int(first), int(last) + 1)}
    return found


def written_out(run: str) -> set[str]:
    tokens = re.findall(rf"\bto\b|{COPY_TOKEN}", run)
    found = set(tokens) - {"to"}
    for place, token in enumerate(tokens):
        if token == "to":
            first, last = tokens[place - 1], tokens[place + 1]
            width = len(first) - 1
            found |= {f"{first[0]}{n:0{width}}" for n in range(int(first[1:]), int(last[1:]) + 1)}
    return found


def cited() -> dict[str, list[str]]:
    """Key -> the places that cite it."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in files():
        where = str(path.relative_to(ROOT))
        text = comments(path) if path.suffix == ".py" else path.read_text(encoding="utf-8")
        found = keys(text, path.relative_to(ROOT).parts[0])
        if path.suffix == ".py":
            found |= set(LAW.findall(path.read_text(encoding="utf-8")))
        for key in found:
            places[key].append(where)
    return places


def files() -> Iterator[Path]:
    yield ROOT / "README.md"
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*")):
            if path.suffix in ENDINGS and path != Path(__file__) and path != DOCS / "rules.md":
                yield path


LINE = re.compile(r"^\| (†)?\s?((?:COPY )?[A-Z0-9][\w.-]*) \|", re.M)


def lines() -> dict[str, bool]:
    """Key of each line of docs/rules.md -> whether it is marked † (no code carries it yet)."""
    rows = LINE.findall((DOCS / "rules.md").read_text(encoding="utf-8"))
    twice = [key for _, key in rows if [other for _, other in rows].count(key) > 1]
    assert not twice, f"two lines in docs/rules.md: {sorted(set(twice))}"
    return {key: bool(mark) for mark, key in rows}


def test_the_grammar_of_citations():
    assert keys("once, told at once (MW-08, S26); COPY 5.1: S20 to S22, S28", "slate") == {
        *("MW-08", "S26", "COPY 5.1", "S20", "S21", "S22", "S28")
    }
    assert keys("(COPY 10.3, 10.11), COPY B1a, COPY C08 and COPY E1 to E3", "solar") == {
        *("COPY 10.3", "COPY 10.11", "COPY B1a", "C08", "E1", "E2", "E3")
    }
    assert keys("approve (A13); COPY A2 and A3", "slate") == {"A13", "COPY A2", "COPY A3"}
    assert keys("one sheet of A4, 2020-SL-0412, Q-482-157, SHA-256, CP949, COPY 12345", "consultations") == set()


def test_every_cited_rule_has_its_line():
    """Add the line to docs/rules.md with its source, or mend the citation."""
    known = lines()
    missing = {key: places for key, places in cited().items() if key not in known}
    assert not missing, "\n".join(f"{key}: {', '.join(places)}" for key, places in sorted(missing.items()))


def test_a_line_that_nobody_cites_is_marked():
    """† says that no code carries the rule yet: put it before the id, or take it away once a citation exists."""
    seen = {key for key, places in cited().items() if any(not place.endswith(".md") for place in places)}
    assert not {key for key, marked in lines().items() if not marked and key not in seen}, "to be marked"
    assert not {key for key, marked in lines().items() if marked and key in seen}, "marked though it is cited"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_points_out_of_the_project(folder):
    """Whoever carries on has this repository and nothing beside it."""
    elsewhere = re.compile(r"\.\./shared\b|/work/|\b(?:COPY|UI|RUNTIME|MISSION|law)\.md\b")
    found = [
        str(path.relative_to(ROOT))
        for path in sorted(folder.rglob("*"))
        if path.suffix in ENDINGS and path != Path(__file__) and elsewhere.search(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_the_readme_is_short():
    """What it is, two commands, log-ins, one picture, figures, where to read on; the rest has its page in docs/."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 1_800


def test_every_decision_stands_in_the_index():
    pages = {path.name for path in (DOCS / "decisions").glob("*.md")} - {"README.md"}
    index = (DOCS / "decisions/README.md").read_text(encoding="utf-8")
    assert pages == set(re.findall(r"\((\d{4}-\d{2}-\d{2}-[\w-]+\.md)\)", index))


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


LINKED = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)\s]*\)")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = LINKED.findall(page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


SNIPPET = re.compile(r"^```python\n# (\S+)\n(.*?)^```", re.M | re.S)
# `path`, `path/` or `path::name` in a page: what is named must be there. <app> and * stand for any.
NAMED = re.compile(
    r"`((?:docs|gimje_portal|services|consultations|slate|solar|templates|tests)/[\w./-]*)(?:::(\w+))?`"
)


@pytest.mark.parametrize(("path", "code"), SNIPPET.findall((DOCS / "HOUSE.md").read_text(encoding="utf-8")))
def test_what_is_quoted_is_our_code(path, code):
    """Line by line, in this order; indentation may differ, and `...` leaves something out."""
    lines_of_the_file = [line.strip() for line in (ROOT / path).read_text(encoding="utf-8").splitlines()]
    place = 0
    for line in filter(None, map(str.strip, code.splitlines())):
        if line != "...":
            assert line in lines_of_the_file[place:], f"{path} no longer says: {line}"
            place = lines_of_the_file.index(line, place) + 1


def test_the_ten_house_rules_have_an_example_each():
    rules = (DOCS / "HOUSE.md").read_text(encoding="utf-8").split("## Ten house rules")[1].split("\n## ")[0]
    numbered = re.split(r"^\d+\. ", rules, flags=re.M)[1:]
    assert len(numbered) == 10
    assert all(SNIPPET.search(rule) for rule in numbered)


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_files_and_names_that_a_page_names_exist(page):
    gone = []
    for path, name in NAMED.findall(page.read_text(encoding="utf-8")):
        text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else ""
        if not (ROOT / path).exists() or (name and not re.search(rf"\b(?:def|class) {name}\b|^{name}\b", text, re.M)):
            gone.append(f"{path} {name}".strip())
    assert not gone


def test_a_recipe_has_at_most_four_files():
    text = (DOCS / "HOUSE.md").read_text(encoding="utf-8")
    recipes = [one for one in text.split("## How to add one")[1].split("### ") if "| file | what |" in one]
    rows = {one.split("\n")[0]: one.count("\n|") - 2 for one in recipes}
    assert len(rows) >= 8
    assert not {title: count for title, count in rows.items() if count > 4}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_comments_are_plain(folder):
    """No banners, and people are they: an officer, an applicant, a client."""
    files_of = [path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts]
    said = {str(path.relative_to(ROOT)): comments(path) for path in files_of}
    assert not [name for name, text in said.items() if re.search(r"^# ?-{3,}", text, re.M)]
    assert not [name for name, text in said.items() if re.search(r"\b(?:he|him|his|himself|she|her)\b", text)]
