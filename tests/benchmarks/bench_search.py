"""What finding a service costs: with the ORM, its ranking and its marks, against the bare SQL of the same question."""

import time
from collections.abc import Callable, Iterable

from django.db import connection, transaction

from services.models import ServicePage
from services.reports.search import search
from services.rules.search import letters_of
from tests.benchmarks import Row, bench, sized

ROUNDS = sized(60, 2)
QUESTIONS = ("슬레이트 지붕", "ㅅㄹㅇㅌ", "장학숙은", "보조금", "슬레잍")
WORDS = [letters_of(word).text for word in ("슬레이트", "지붕")]
BARE = """
    SELECT id, slug, title, summary FROM services_servicepage
    WHERE is_shown AND {} ORDER BY "order", id LIMIT 30
""".format(  # noqa: S608 - only column names and placeholders
    " AND ".join(["strpos(title_letters || '|' || keyword_letters || '|' || text_letters, %s) > 0"] * len(WORDS))
)


def bare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE, WORDS)
        cursor.fetchall()


def medians_ms(*works: Callable[[], object]) -> list[float]:
    """Taken in turns, so that a busy moment of the machine falls on all of them."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [sorted(taken)[ROUNDS // 2] * 1000 for taken in times]


def grow(pages: int) -> None:
    """Copies of the real pages until there are so many."""
    originals = list(ServicePage.objects.all())
    for number in range(pages - len(originals)):
        copy = originals[number % len(originals)]
        copy.pk, copy._state.adding, copy.slug = None, True, f"copy-{number}"
        copy.save()


@bench("search")
def measure() -> Iterable[Row]:
    """The pages of the first catalogue, then a thousand."""
    with transaction.atomic():
        for pages, budget in ((16, 12), (sized(1000, 20), 5)):
            grow(pages)
            plain, ours = medians_ms(bare, lambda: search("슬레이트 지붕"))
            yield Row(f"bare SQL, {pages} pages", plain, "ms")
            yield Row(f"search, {pages} pages", ours, "ms")
            yield Row(f"search / bare SQL, {pages} pages", ours / plain, "times", budget)
            [lost] = medians_ms(lambda: search("우주선 발사대"))
            yield Row(f"nothing found (two queries), {pages} pages", lost, "ms", 50 if pages == 16 else None)
        for question in QUESTIONS:
            yield Row(f"'{question}', 1000 pages", medians_ms(lambda: search(question))[0], "ms", 50)  # noqa: B023
        transaction.set_rollback(True)
