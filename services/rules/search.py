"""Korean search by letters: parts of words, half-typed syllables, first consonants, office words, one slip."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

LONGEST_QUERY = 60
MOST_TOKENS = 6
SLIP_FROM = 5  # letters: shorter words have too many neighbours
SYLLABLES_FROM = 3

_FIRST = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_MIDDLE = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_LAST = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
_PARTS = {  # as they are typed: 과 begins as 고, 닭 as 달
    "ㅘ": "ㅗㅏ",
    "ㅙ": "ㅗㅐ",
    "ㅚ": "ㅗㅣ",
    "ㅝ": "ㅜㅓ",
    "ㅞ": "ㅜㅔ",
    "ㅟ": "ㅜㅣ",
    "ㅢ": "ㅡㅣ",
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
}
_CONSONANTS = frozenset(_FIRST)
_SYLLABLES = range(0xAC00, 0xD7A4)
_PARTICLES = (
    "에서",
    "으로",
    "까지",
    "부터",
    "에게",
    "을",
    "를",
    "이",
    "가",
    "은",
    "는",
    "에",
    "로",
    "도",
    "의",
    "과",
    "와",
)
# Office words and what people say for them (COPY 2.1, 2.2): typing one finds the other.
SAME_WORDS = (
    ("보조금", "지원금"),
    ("자부담", "본인부담금"),
    ("방치슬레이트", "버려진슬레이트"),
    ("지붕개량", "새지붕"),
    ("정례상담", "찾아가는상담"),
    ("상시상담", "언제든질문"),
    ("세무사", "세금"),
    ("변호사", "법률"),
    ("스마트폰", "휴대전화"),
    ("핸드폰", "휴대전화"),
    ("휴대폰", "휴대전화"),
    ("건의", "의견"),
    ("민원", "의견"),
    ("신문고", "의견"),
    ("기숙사", "장학숙"),
    ("유튜브", "동영상"),
    ("컴퓨터", "IT"),
    ("부락", "마을"),
    ("석면", "슬레이트"),
    ("기초수급", "기초생활수급자"),
)


@dataclass(frozen=True, slots=True)
class Letters:
    """A text as single letters without spaces; `places` are the indices of the text that they came from."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a question: any of `letters` counts; `is_initials` when only first consonants were typed."""

    word: str
    letters: tuple[str, ...]
    is_initials: bool


def letters_of(text: str) -> Letters:
    """슬레이트 -> ㅅㅡㄹㄹㅔㅇㅣㅌㅡ: so that 슬레, 슬렝 and 슬레잍 are parts of it. Signs and spaces are left out."""
    return _spelled(text, _letters)


def initials_of(text: str) -> Letters:
    """슬레이트 -> ㅅㄹㅇㅌ."""
    return _spelled(text, _initials)


def tokens_of(query: str) -> list[Token]:
    """The words of a question, at most six of its first 60 signs; an empty list for nothing to look for."""
    words = "".join(sign if _counts(sign) else " " for sign in _tidy(query)[:LONGEST_QUERY]).split()
    return [token for word in words[:MOST_TOKENS] if (token := _token(word))]


def index_of(texts: Iterable[str], spell: Callable[[str], Letters] = letters_of) -> str:
    """Several texts as one column to search in; a bar keeps the end of one and the start of the next apart."""
    return "|".join(spell(text).text for text in texts)


def words_of(*texts: str) -> frozenset[str]:
    """The single words of some texts, for `is_a_slip_of`."""
    return frozenset("".join(filter(_counts, _tidy(word))) for text in texts for word in text.split())


def is_a_slip_of(typed: str, words: Iterable[str]) -> bool:
    """Whether one letter wrong, twice, too few or out of order, or one syllable twice or too few, begins a word."""
    letters = _word_letters(typed)
    return any(
        (len(letters) >= SLIP_FROM and _one_apart(letters, _word_letters(word)))
        or (len(typed) >= SYLLABLES_FROM and _one_more_or_less(typed, word))
        for word in words
    )


def hits(text: str, tokens: Iterable[Token]) -> list[tuple[str, bool]]:
    """The text in parts, each with whether the question hit it: for marking."""
    tokens, text = list(tokens), unicodedata.normalize("NFC", text)
    letters, initials = letters_of(text), initials_of(text)
    found = (_places(initials if token.is_initials else letters, token.letters) for token in tokens)
    wanted = {place for places in found for place in places}
    parts: list[tuple[str, bool]] = []
    for index, sign in enumerate(text):
        hit = index in wanted
        if parts and parts[-1][1] == hit:
            parts[-1] = (parts[-1][0] + sign, hit)
        else:
            parts.append((sign, hit))
    return parts


def _token(word: str) -> Token | None:
    if set(word) <= _CONSONANTS:
        return Token(word, (word,), is_initials=True)
    spelled = letters_of(word).text
    if not spelled:
        return None
    bare = next((word[: -len(end)] for end in _PARTICLES if word.endswith(end) and len(word) - len(end) >= 2), "")
    kin = [other for pair in SAME_WORDS for own, other in (pair, pair[::-1]) if own in (word, bare)]
    letters = tuple(dict.fromkeys(letters_of(one).text for one in (word, bare, *kin) if one))
    return Token(word, letters, is_initials=False)


@lru_cache(maxsize=10_000)
def _word_letters(word: str) -> str:
    return letters_of(word).text


def _places(spelled: Letters, needles: Iterable[str]) -> Iterator[int]:
    for needle in needles:
        start = spelled.text.find(needle)
        while start >= 0:
            yield from spelled.places[start : start + len(needle)]
            start = spelled.text.find(needle, start + 1)


def _spelled(text: str, spell: Callable[[str], str]) -> Letters:
    signs, places = [], []
    for index, sign in enumerate(unicodedata.normalize("NFC", text)):
        letters = spell(sign)
        signs.append(letters)
        places += [index] * len(letters)
    return Letters("".join(signs), tuple(places))


@cache  # at most as many as there are signs, and a few hundred in use
def _letters(sign: str) -> str:
    return "".join(_spell(part) for part in _tidy(sign) if _counts(part))


@cache
def _initials(sign: str) -> str:
    parts = [part for part in _tidy(sign) if _counts(part)]
    return "".join(_FIRST[(ord(part) - 0xAC00) // 588] if _is_syllable(part) else part for part in parts)


def _spell(sign: str) -> str:
    if not _is_syllable(sign):
        return _PARTS.get(sign, sign)
    code = ord(sign) - 0xAC00
    letters = _FIRST[code // 588], _MIDDLE[code % 588 // 28], _LAST[code % 28]
    return "".join(_PARTS.get(letter, letter) for letter in letters)


def _tidy(text: str) -> str:
    """NFKC folds full-width signs, but would turn single letters like ㅅ into parts of syllables: those stay."""
    return "".join(
        sign if "ㄱ" <= sign <= "ㅣ" else unicodedata.normalize("NFKC", sign)
        for sign in unicodedata.normalize("NFC", text)
    ).lower()


def _counts(sign: str) -> bool:
    return sign.isalnum()


def _is_syllable(sign: str) -> bool:
    return ord(sign) in _SYLLABLES


def _one_apart(typed: str, word: str) -> bool:
    """Edit distance of at most one (two neighbours swapped count as one) to a beginning of `word`."""
    rest, other = _after_common_start(typed, word)
    return (
        not rest
        or _one_more_or_less(typed, word)
        or other[1:].startswith(rest[1:])  # one wrong
        or (len(rest) > 1 and len(other) > 1 and other[:2] == rest[1::-1] and other[2:].startswith(rest[2:]))
    )


def _one_more_or_less(typed: str, word: str) -> bool:
    rest, other = _after_common_start(typed, word)
    return bool(other) and (other.startswith(rest[1:]) or other[1:].startswith(rest))


def _after_common_start(one: str, other: str) -> tuple[str, str]:
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return one[same:], other[same:]
