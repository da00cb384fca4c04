"""Every promise on a page or in a message of a citizen, with what keeps it: tests/promises.tsv.

A sentence with a promise word that is not in that list fails, and so does a line whose sentence or keeper is gone.
"""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
REGISTER = ROOT / "tests" / "promises.tsv"
NOT_FOR_CITIZENS = {"staff", "account", "mfa", "allauth", "socialaccount", "django", "reports", "components"}
PROMISE = re.compile(
    "(?<!어디)(?<!지금)까지|남아 있습니다|보내 ?드|알려 ?드|답해 ?드|전화 ?드|이어집니다|맡아 [두둡]|지웁니다|답을 드"
    "|동안 (?:남|보관)"
)
NO_PROMISE = "no promise: "
BY_HAND = "by hand: "  # by people: who, and which list of theirs shows it


def sentences(template: Path) -> set[str]:
    """The sentences of a template that hold a promise word; what is filled in stays as {{ its name }}."""
    text = re.sub(r"{#.*?#}|<[^>]+>", "\n", template.read_text(encoding="utf-8"))
    parts = re.split(
        r"{%.*?%}|[\n\"]|(?<=[가-힣])[.?!](?=\s|$)", re.sub(r"{% (blocktranslate|translate) ", "\n", text)
    )
    return {" ".join(part.split("%}")[-1].split()) for part in parts if PROMISE.search(part)}


FOUND = {
    (str(path.relative_to(TEMPLATES)), sentence)
    for path in sorted(TEMPLATES.rglob("*"))
    if path.suffix in (".html", ".txt") and not NOT_FOR_CITIZENS & {*path.relative_to(TEMPLATES).parts}
    for sentence in sentences(path)
}
LINES = [
    line.split("\t") for line in REGISTER.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
]


def test_every_promise_has_somebody_who_keeps_it():
    known = {(template, sentence) for template, sentence, _ in LINES}
    assert len(known) == len(LINES)
    assert sorted(FOUND - known) == []
    assert sorted(known - FOUND) == []


@pytest.mark.parametrize(
    "keeper", sorted({keeper for _, _, keeper in LINES if not keeper.startswith((NO_PROMISE, BY_HAND))})
)
def test_the_keeper_is_there(keeper):
    place, _, name = keeper.partition("::")
    if place.endswith(".py"):
        assert re.search(rf"def {name}\(", (ROOT / place).read_text(encoding="utf-8"))
    else:
        assert getattr(import_module(place), name)


def test_what_no_test_keeps_says_why():
    assert all(
        len(keeper.partition(": ")[2]) > 10 for _, _, keeper in LINES if keeper.startswith((NO_PROMISE, BY_HAND))
    )
