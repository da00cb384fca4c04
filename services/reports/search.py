"""Finding services by what people type."""

from dataclasses import dataclass
from typing import Any

from services.models import ServicePage
from services.rules.search import Token, hits, is_a_slip_of, tokens_of, words_of

MOST_RESULTS = 30
# Every word counts once, by its best place: the start of the title, the title, a keyword, the text. STRPOS instead of
# LIKE: what people type has no special signs. One constant statement: building it of ORM parts took 40 times as long.
_RANKED = """
    SELECT page.*, found.fits FROM services_servicepage AS page CROSS JOIN LATERAL (
        SELECT count(*) AS fits, sum(points) AS points FROM (
            SELECT max(CASE
                WHEN is_initials THEN CASE
                    WHEN strpos(title_initials, needle) = 1 THEN 10 WHEN strpos(title_initials, needle) > 1 THEN 8
                    WHEN strpos(keyword_initials, needle) > 0 THEN 4 ELSE 0 END
                WHEN strpos(title_letters, needle) = 1 THEN 10 WHEN strpos(title_letters, needle) > 1 THEN 8
                WHEN strpos(keyword_letters, needle) > 0 THEN 4 WHEN strpos(text_letters, needle) > 0 THEN 1 ELSE 0
            END) AS points
            FROM unnest(%s::int[], %s::bool[], %s::text[]) AS typed (word, is_initials, needle) GROUP BY word
        ) AS words WHERE points > 0
    ) AS found
    WHERE page.is_shown AND found.fits > 0
    ORDER BY found.fits DESC, found.points DESC, page."order", page.id LIMIT %s
"""
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
    """Services shown to citizens that fit `query`, best first. One query, or two when nothing fits."""
    tokens = tokens_of(query)
    if not tokens:
        return Found(query.strip(), "none", [])
    pages, how = _ranked(tokens), "all"
    complete = [page for page in pages if page.fits == len(tokens)]
    if complete:
        pages = complete
    elif pages:
        how = "some"
    else:
        pages, how = _alike(tokens), "alike"
    return Found(
        query.strip(),
        how if pages else "none",
        [Hit(page, hits(page.title, tokens), hits(page.summary, tokens)) for page in pages],
    )


def _ranked(tokens: list[Token]) -> list[Any]:
    """ServicePages with at least one of the words and how many each `fits`: most words first, then best places."""
    rows = [(number, token.is_initials, needle) for number, token in enumerate(tokens) for needle in token.letters]
    numbers, initials, needles = (list(column) for column in zip(*rows, strict=True))
    return list(ServicePage.objects.raw(_RANKED, [numbers, initials, needles, MOST_RESULTS]))


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
