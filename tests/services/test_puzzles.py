"""The city's codes of one day: when they are nearly used up, new visitors answer a sum first; nobody else notices."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from services.actions.jobs import forget
from services.actions.people import check_code, send_code
from services.actions.puzzles import SALT, new_puzzle, solve
from services.models import PuzzleTry, Verification, blind_index
from services.rules.puzzles import NUMBERS, PuzzleAsked, number_typed, sum_in_words
from services.rules.refusal import Refused
from tests.races import at_once
from tests.services.test_verification import code_of

PHONE, INDEX = "+821012345678", blind_index("+821012345678", purpose="phone")
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.20"
PAGE = "/my/code/puzzle/"
NATIVE = {"둘": 2, "셋": 3, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}


@pytest.fixture
def nearly_used(db, settings):
    """9 of the 10 codes that the city may send today are gone."""
    settings.VERIFICATION_PER_DAY = 10
    use(9)


def use(codes: int) -> None:
    now = timezone.now()
    old = [
        Verification(
            phone="+821000000000", phone_index="x", address_index="y", code_hash="z", sent_at=now, expires_at=now
        )
        for _ in range(codes)
    ]
    Verification.objects.bulk_create(old)


def sum_on(question: str) -> int:
    """As a person does it."""
    first, second = re.findall("|".join(NATIVE), question)
    return NATIVE[first] + NATIVE[second]


# The rule


def test_every_sum_is_a_sentence_with_the_right_particle():
    for first in NUMBERS:
        for second in NUMBERS:
            asked = sum_in_words(first, second)
            assert asked.endswith("은 얼마인가요?")
            assert sum_on(asked) == first + second
    assert sum_in_words(7, 6) == "일곱 더하기 여섯은 얼마인가요?"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        *((typed, 13) for typed in ("13", " 13 ", "１３", "13.", "13입니다", "열셋", "열 셋", "십삼")),
        ("4", 4),
        ("넷", 4),
        ("사", 4),
        ("열", 10),
        ("십", 10),
        ("18", 18),
        ("열여덟", 18),
        *((typed, None) for typed in ("", "-", "백", "1e1", "131", "٣", "1 3 1", "모름")),
    ],
)
def test_an_answer_is_read_as_people_write_it(typed, number):
    assert number_typed(typed) == number


def test_the_budget_asks_from_nine_tenths_on(db, settings):
    settings.VERIFICATION_PER_DAY = 10
    use(8)
    send_code("+821099990000", address=HERE)  # the ninth
    with pytest.raises(PuzzleAsked):
        send_code(PHONE, address=HERE)
    assert Verification.objects.count() == 9
    send_code(PHONE, address=HERE, is_solved=True)
    with pytest.raises(Refused, match="모두 보냈습니다"):
        send_code("+821099990001", address=HERE, is_solved=True)


@pytest.mark.usefixtures("nearly_used")
def test_codes_of_yesterday_do_not_count(clock):
    clock(f"{timezone.localdate() + timedelta(days=1)} 00:01")
    send_code(PHONE, address=HERE)


@pytest.mark.usefixtures("nearly_used")
def test_a_number_with_an_open_case_is_asked_nothing(make_resident, monkeypatch, settings):
    resident = make_resident(phone=PHONE)
    case = SimpleNamespace(is_open=False, asked_at=timezone.now())
    monkeypatch.setitem(globals(), "cases", lambda residents: [case] * (resident in residents))
    settings.RESIDENT_CASE_SOURCES = [f"{__name__}.cases"]
    with pytest.raises(PuzzleAsked):
        send_code(PHONE, address=HERE)
    case.is_open = True
    send_code(PHONE, address=HERE)
    use(5)  # the budget is gone altogether
    send_code(PHONE, address=HERE)


@pytest.mark.usefixtures("nearly_used")
def test_an_adviser_whose_number_staff_registered_is_asked_nothing():
    use(5)
    send_code(PHONE, address=HERE, is_registered=True)


def test_an_address_that_typed_a_code_rightly_is_not_new(db, settings):
    settings.VERIFICATION_PER_DAY = 10
    sent = send_code("+821099990000", address=HERE)
    use(8)
    with pytest.raises(PuzzleAsked):
        send_code(PHONE, address=HERE)  # asked for, never typed: still new
    check_code(sent.pk, code_of(sent))
    send_code(PHONE, address=HERE)
    Verification.objects.filter(phone_index=INDEX).delete()
    with pytest.raises(PuzzleAsked):
        send_code(PHONE, address=ELSEWHERE)
    Verification.objects.filter(pk=sent.pk).update(sent_at=timezone.now() - timedelta(hours=25))
    use(1)
    with pytest.raises(PuzzleAsked):
        send_code(PHONE, address=HERE)


# One try, ten minutes, one phone


def right(puzzle) -> str:
    return str(sum_on(puzzle.question))


@pytest.mark.usefixtures("db")
def test_the_right_answer_is_good_once():
    puzzle = new_puzzle(INDEX)
    solve(puzzle.token, right(puzzle), phone_index=INDEX)
    with pytest.raises(Refused, match="이미 답하신"):
        solve(puzzle.token, right(puzzle), phone_index=INDEX)


@pytest.mark.usefixtures("db")
def test_a_wrong_answer_was_the_only_try():
    puzzle = new_puzzle(INDEX)
    with pytest.raises(Refused, match="맞지 않습니다"):
        solve(puzzle.token, str(sum_on(puzzle.question) + 1), phone_index=INDEX)
    with pytest.raises(Refused, match="이미 답하신"):
        solve(puzzle.token, right(puzzle), phone_index=INDEX)


@pytest.mark.usefixtures("db")
def test_what_is_no_number_costs_no_try():
    puzzle = new_puzzle(INDEX)
    with pytest.raises(Refused, match="읽지 못했습니다"):
        solve(puzzle.token, "모름", phone_index=INDEX)
    solve(puzzle.token, right(puzzle), phone_index=INDEX)


@pytest.mark.usefixtures("db")
def test_the_answer_is_for_the_phone_that_was_asked():
    puzzle = new_puzzle(INDEX)
    with pytest.raises(Refused, match="맞지 않습니다"):
        solve(puzzle.token, right(puzzle), phone_index=blind_index("+821099998888", purpose="phone"))


@pytest.mark.usefixtures("db")
def test_a_puzzle_is_good_for_ten_minutes(clock):
    clock("2026-11-23 10:00:00")
    early, late = new_puzzle(INDEX), new_puzzle(INDEX)
    clock("2026-11-23 10:09:59")
    solve(early.token, right(early), phone_index=INDEX)
    clock("2026-11-23 10:10:01")
    with pytest.raises(Refused, match="오래되었습니다"):
        solve(late.token, right(late), phone_index=INDEX)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("token", ["", "x", "x:y:z", "\u200b", "가" * 300])
def test_nobody_asked_this(token):
    with pytest.raises(Refused, match="오래되었습니다"):
        solve(token, "13", phone_index=INDEX)
    assert not PuzzleTry.objects.exists()


def test_the_answer_cannot_be_read_from_the_puzzle():
    """Not even by trying all of them: it is hashed with a key of the server."""
    puzzle = new_puzzle(INDEX)
    said = signing.loads(puzzle.token, salt=SALT)
    assert set(said) == {"key", "answer"}
    assert re.fullmatch("[0-9a-f]{64}", said["answer"])
    assert len({new_puzzle(INDEX).token for _ in range(50)}) == 50


def test_sums_differ():
    assert len({new_puzzle(INDEX).question for _ in range(100)}) > 20


@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_the_same_moment_one_counts():
    puzzle = new_puzzle(INDEX)
    results = at_once(*[lambda: solve(puzzle.token, right(puzzle), phone_index=INDEX)] * 8)
    assert results.count(None) == 1
    assert {result for result in results if result} == {"이미 답하신 물음입니다. 새 물음의 답을 적어 주세요."}


def test_a_puzzle_is_tried_once_by_the_database(db):
    PuzzleTry.objects.create(key="x")
    with pytest.raises(IntegrityError, match="puzzle_tried_once"), transaction.atomic():
        PuzzleTry.objects.create(key="x")


def test_tries_are_thrown_away_after_a_day(db):
    PuzzleTry.objects.create(key="old", at=timezone.now() - timedelta(hours=25))
    PuzzleTry.objects.create(key="new")
    forget()
    assert [one.key for one in PuzzleTry.objects.all()] == ["new"]


# The page


def asked_on(client) -> tuple[str, str]:
    """(question, token) of the page as it stands."""
    page = client.get(PAGE).content.decode()
    return question_of(page), token_of(page)


def question_of(page: str) -> str:
    found = re.search(r"<label[^>]*for=\"id_answer\"[^>]*>\s*([^<]*?)\s*</label>", page)
    assert found, page
    return found[1]


def token_of(page: str) -> str:
    found = re.search(r'name="puzzle" value="([^"]+)"', page)
    assert found, page
    return found[1]


def start(client, phone: str = "010-1234-5678", query: str = ""):
    return client.post(f"/my/start/{query}", {"phone": phone})


@pytest.mark.usefixtures("nearly_used")
def test_from_the_phone_over_the_sum_to_the_code_and_on(client):
    assert start(client, query="?next=/my/readings/").url == PAGE
    page = client.get(PAGE).content.decode()
    assert "010-****-5678" in page
    assert "1234-5678" not in page
    assert "063-540-3114" in page
    question, token = asked_on(client)
    sent = client.post(PAGE, {"answer": str(sum_on(question)), "puzzle": token})
    assert sent.url == "/my/code/"
    verification = Verification.objects.latest("pk")
    assert verification.phone == PHONE
    assert client.post("/my/code/", {"code": code_of(verification)}).url == "/my/readings/"
    assert client.get(PAGE).url == "/my/start/"


@pytest.mark.usefixtures("nearly_used")
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [("", "답이 비어 있습니다."), ("1", "답이 맞지 않습니다."), ("모름", "답을 숫자로 읽지 못했습니다.")],
)
def test_after_a_fault_there_is_another_sum_in_an_empty_box(client, answer, sentence):
    start(client)
    _question, token = asked_on(client)
    page = client.post(PAGE, {"answer": answer, "puzzle": token}).content.decode()
    assert sentence in page
    assert token_of(page) != token
    box = re.search(r"<input[^>]*name=\"answer\"[^>]*>", page)
    assert box
    assert "value" not in box[0]
    assert Verification.objects.count() == 9
    answer = str(sum_on(question_of(page)))
    assert client.post(PAGE, {"answer": answer, "puzzle": token_of(page)}).url == "/my/code/"


@pytest.mark.usefixtures("nearly_used")
def test_a_phone_waits_in_the_session_unreadable(client):
    start(client)
    assert "12345678" not in str(dict(client.session))


@pytest.mark.usefixtures("nearly_used")
def test_a_key_that_was_taken_out_meanwhile_asks_for_the_phone_again(client, settings):
    from cryptography.fernet import Fernet

    start(client)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert client.get(PAGE).url == "/my/start/"


@pytest.mark.usefixtures("nearly_used")
def test_the_sum_goes_with_an_idle_screen(client):
    start(client)
    session = client.session
    session["resident_seen_at"] = 0
    session.save()
    assert client.get(PAGE).url == "/my/start/"


@pytest.mark.usefixtures("nearly_used")
def test_nobody_comes_to_the_sum_without_a_phone(client):
    assert client.get(PAGE).url == "/my/start/"
    assert client.post(PAGE, {"answer": "13", "puzzle": "x"}).url == "/my/start/"


@pytest.mark.usefixtures("nearly_used")
def test_a_second_code_is_asked_for_like_the_first(client, settings):
    settings.VERIFICATION_PER_DAY = 20
    use(9)
    start(client)
    question, token = asked_on(client)
    client.post(PAGE, {"answer": str(sum_on(question)), "puzzle": token})
    again = client.post("/my/code/again/", follow=True)
    assert again.redirect_chain[-1][0] == PAGE
    assert "다시 보냈습니다" not in again.content.decode()


# The API


@pytest.mark.usefixtures("nearly_used")
def test_a_program_shows_the_sum_to_its_user(client):
    def ask(**more: str):
        address = "/api/v1/consultations/verifications"
        return client.post(address, {"phone": "010-1234-5678", **more}, content_type="application/json")

    asked = ask()
    assert asked.status_code == 409
    shown = asked.json()
    assert set(shown) == {"detail", "field", "question", "puzzle"}
    wrong = ask(puzzle=shown["puzzle"], answer="1")
    assert (wrong.status_code, wrong.json()["field"]) == (400, "answer")
    assert ask(puzzle=shown["puzzle"], answer=str(sum_on(shown["question"]))).status_code == 400
    shown = ask().json()
    assert ask(puzzle=shown["puzzle"], answer=str(sum_on(shown["question"]))).status_code == 202
