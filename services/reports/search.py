"""Finding services by what people type."""

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact, GreaterThan

from services.models import ServicePage
from services.rules.search import Token, hits, is_a_slip_of, tokens_of, words_of

MOST_RESULTS = 30
WEIGHTS = {"title_letters": 8, "keyword_letters": 4, "text_letters": 1}
INITIALS_WEIGHTS = {"title_initials": 8, "keyword_initials": 4}
Parts = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One service found, its title and summary in parts: (text, was it typed)."""

    page: ServicePage
    title: Parts
    summary: Parts


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found; `how` is "all" words, "some" words, "alike" (one slip) or "none"."""

    query: str
    how: str
    hits: list[Hit]


def search(query: str) -> Found:
    """Services shown to citizens that fit `query`, best first. One query if every word is found, at most three."""
    tokens = tokens_of(query)
    if not tokens:
        return Found(query.strip(), "none", [])
    pages = _ranked(tokens, and_)
    how = "all"
    if not pages and len(tokens) > 1:
        pages, how = _ranked(tokens, or_), "some"
    if not pages:
        pages, how = _alike(tokens), "alike"
    return Found(
        query.strip(),
        how if pages else "none",
        [Hit(page, hits(page.title, tokens), hits(page.summary, tokens)) for page in pages],
    )


def _ranked(tokens: list[Token], combine: Any) -> list[ServicePage]:
    """Every word counts once, by its best place: the start of the title, the title, a keyword, the text."""
    score = reduce(lambda one, other: one + other, (_score(token) for token in tokens))
    wanted = reduce(combine, (_somewhere(token) for token in tokens))
    pages = ServicePage.objects.shown().filter(wanted).annotate(score=score)
    return list(pages.order_by("-score", "order", "pk")[:MOST_RESULTS])


def _columns(token: Token) -> dict[str, int]:
    return INITIALS_WEIGHTS if token.is_initials else WEIGHTS


def _somewhere(token: Token) -> Q:
    return reduce(or_, (_in(column, token) for column in _columns(token)))


def _in(column: str, token: Token) -> Q:
    """STRPOS instead of LIKE: what people type has no special signs."""
    return reduce(or_, (Q(GreaterThan(StrIndex(F(column), Value(needle)), 0)) for needle in token.letters))


def _score(token: Token) -> Combinable:
    columns = _columns(token)
    first = next(iter(columns))
    starts = Q(Exact(StrIndex(F(first), Value(token.letters[0])), 1))
    whens = [When(starts, then=Value(columns[first] + 2))]
    whens += [When(_in(column, token), then=Value(weight)) for column, weight in columns.items()]
    return Case(*whens, default=Value(0), output_field=IntegerField())


def _alike(tokens: list[Token]) -> list[ServicePage]:
    """The few pages of a city fit in memory: compare their words one by one."""
    typed = [token.word for token in tokens if not token.is_initials]
    pages = ServicePage.objects.shown().order_by("order", "pk")
    found = []
    for page in pages:
        words = words_of(page.title, *page.keyword_list)
        if any(is_a_slip_of(word, words) for word in typed):
            found.append(page)
    return found[:MOST_RESULTS]
