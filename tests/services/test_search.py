"""Search: parts of words, half-typed syllables, first consonants, office words, one slip; and odd input."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.models import ServicePage
from services.reports.search import search
from services.rules.search import hits, index_of, initials_of, is_a_slip_of, letters_of, tokens_of, words_of


def slugs(query):
    return [hit.page.slug for hit in search(query).hits]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("슬레이트", "ㅅㅡㄹㄹㅔㅇㅣㅌㅡ"),
        ("과 닭!", "ㄱㅗㅏㄷㅏㄹㄱ"),
        ("SNS \uff11기", "sns1ㄱㅣ"),
        (unicodedata.normalize("NFD", "한글"), "ㅎㅏㄴㄱㅡㄹ"),
        ("ㅅㄹ", "ㅅㄹ"),
        ("%_'\\", ""),
        ("", ""),
    ],
)
def test_letters(text, letters):
    assert letters_of(text).text == letters


def test_initials():
    assert initials_of("슬레이트 지붕").text == "ㅅㄹㅇㅌㅈㅂ"


@given(st.text(max_size=40))
def test_letters_know_their_places(text):
    spelled = letters_of(text)
    assert len(spelled.text) == len(spelled.places)
    assert list(spelled.places) == sorted(spelled.places)
    assert "".join(part for part, _ in hits(text, tokens_of(text))) == unicodedata.normalize("NFC", text)


@given(st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=8))
def test_every_half_typed_word_is_a_part_of_the_word(word):
    """What the keyboard shows on the way to a word finds the word."""
    letters = letters_of(word).text
    for end in range(1, len(letters) + 1):
        assert letters.startswith(letters[:end])
        assert letters_of(letters[:end]).text == letters[:end]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("슬레이트", "slate"),
        ("레이트 지붕", "slate"),
        ("슬레이트지붕철거", "slate"),
        ("슬렝", "slate"),  # half typed: 슬레이
        ("슬레잍", "slate"),  # half typed: 슬레이트
        ("ㅅㄹㅇㅌ", "slate"),
        ("ㅈㅎㅅ", "dormitory"),
        ("장학숙은", "dormitory"),
        ("기숙사", "dormitory"),
        ("보조금", "slate"),  # office word
        ("방치 슬레이트", "abandoned-slate"),
        ("지붕개량", "new-roof"),
        ("세금", "consultation"),
        ("변호사에게", "consultation"),
        ("태양광", "solar"),
        ("공무원 시험", "exam-class"),
        ("sns", "sns-course"),
        ("\uff33\uff2e\uff33 서포터즈", "supporters"),
        ("공모전", "video-contest"),
        ("컴퓨터", "it-help"),
        ("축제", "booths"),
        ("신문고", "opinion"),
    ],
)
def test_people_find_what_they_look_for(db, query, first):
    assert slugs(query)[0] == first


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("슬래이트", "slate"),
        ("슬레트", "slate"),
        ("슬레이이트", "slate"),
        ("태앙광", "solar"),
        ("서포터스", "supporters"),
    ],
)
def test_one_slip_is_forgiven(db, query, found):
    result = search(query)
    assert result.how == "alike"
    assert found in [hit.page.slug for hit in result.hits]


@pytest.mark.parametrize(
    ("typed", "word", "is_slip"),
    [
        ("abcde", "abcde", True),
        ("abxe", "abcde", False),  # too short to guess
        ("abcdf", "abcdefg", True),
        ("abdce", "abcdefg", True),
        ("abcxde", "abcdefg", True),
        ("axcye", "abcde", False),
    ],
)
def test_slips(typed, word, is_slip):
    assert is_a_slip_of(typed, {word}) is is_slip


def test_all_words_first_then_some(db):
    assert search("지붕 철거").how == "all"
    some = search("지붕 우주선")
    assert some.how == "some"
    assert "slate" in [hit.page.slug for hit in some.hits]


def test_titles_come_before_texts(db):
    assert slugs("지붕")[0] in {"slate", "new-roof"}
    assert slugs("지원")[0] in {"slate", "new-roof"}


def test_hidden_pages_are_not_found(db):
    ServicePage.objects.filter(slug="solar").update(is_shown=False)
    assert "solar" not in slugs("태양광")


def test_signs_of_like_are_only_signs(db):
    for query in ("%", "_", "\\", "'", '"', "%%%", "';--"):
        assert slugs(query) == []
    page = ServicePage.objects.get(slug="solar")
    page.title = "100% 햇빛_전기"
    page.save()
    assert slugs("100%") == ["solar"]


@pytest.mark.parametrize("query", ["", "   ", "!!!", "\t\n", "~"])
def test_nothing_asked_nothing_found(db, query, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert search(query).how == "none"


@pytest.mark.parametrize(
    "query", ["우주선발사", "ㅋㅋㅋㅋㅋ", "asdfghjkl", "𠮷野家", "🙂", "가" * 5000, "a b " * 3000, "\u202eabc"]
)
def test_odd_questions_get_a_calm_page(client, db, query):
    response = client.get("/services/search/", {"q": query[:3000]})
    assert response.status_code == 200
    text = response.content.decode()
    assert "맞는 서비스를 찾지 못했습니다" in text or "찾으시는 말을 적어 주세요" in text
    assert 'href="tel:' in text


def test_a_nul_byte_is_refused_before_it_reaches_the_database(client, db):
    assert client.get("/services/search/?q=%00").status_code == 400


@given(st.text(max_size=80))
def test_no_question_breaks_the_words(query):
    tokens = tokens_of(query)
    assert len(tokens) <= 6
    assert all(letter and letter.isprintable() for token in tokens for letter in token.letters)


def test_the_page_marks_what_was_typed(client, db):
    text = client.get("/services/search/", {"q": "슬레이트"}).content.decode()
    assert "<mark>슬레이트</mark> 지붕 철거 지원" in text
    assert 'value="슬레이트"' in text


def test_what_was_typed_is_escaped(client, db):
    text = client.get("/services/search/", {"q": "<script>alert(1)</script>지붕"}).content.decode()
    assert "<script>alert" not in text


def test_a_search_costs_one_query_and_never_more_than_two(client, db, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/services/search/", {"q": "슬레이트 지붕"})
    with django_assert_num_queries(2):
        client.get("/services/search/", {"q": "우주선 발사대"})


def columns(page):
    return {name: value for name, value in vars(page).items() if name.endswith(("_letters", "_initials"))}


def test_the_first_catalogue_has_the_columns_that_save_would_write(db):
    for page in ServicePage.objects.all():
        seeded = columns(page)
        page.save()
        assert columns(page) == seeded


def test_words_and_columns():
    assert words_of("가 (나)", "") == {"가", "나"}
    assert index_of(["가", "나"]) == "ㄱㅏ|ㄴㅏ"
