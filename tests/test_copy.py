"""The words of the portal: plain, polite, the same everywhere; a text message fits and never leads to a fraud."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
ROOMS = ("gimje_portal", "services", "consultations", "solar", "slate")
# Rooms whose Korean is read by staff, by machines, or is both staff and citizen label of one state.
NOT_FOR_CITIZENS = (
    "staff",
    "management",
    "migrations",
    "launcher",
    "enums",
    "reports",
    "api",
    "data",
    "look",
)

HANGUL = re.compile("[가-힣]")
WORDS = [
    line.split("\t")
    for line in (ROOT / "tests" / "copy_words.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
PATTERNS = [
    (r"\d\s(원|분|개|명|건|번|일|시|월|년|장|곳|점|호)(?![가-힣])", "단위는 숫자에 붙여 씁니다"),
    (r"\b\d{4}\.\s?0\d\.", "날짜에 0을 채우지 않습니다"),
    (r"(?<![\d.] )\d{4}\. \d{1,2}\. \d{1,2}(?![\d.])", "날짜 끝에도 마침표를 찍습니다"),
    (r" ~ |[가-힣] :", "~ 앞뒤와 : 앞은 띄우지 않습니다"),
    (r"(?<!도와)(?<!돌려)(?<!들려)(?<=[가-힣])주세요", "주세요는 띄어 씁니다"),
    (r"(?<=[려내해와어아])\s드립니다", "드립니다는 붙여 씁니다"),
    (r"}}님", "님은 띄어 씁니다"),
    (
        r"(?<!on)(?<!won_big) }}(을|를|이|가|은|는|과|와|으로|로)(?![가-힣])",
        "끼워 넣는 말 뒤에는 조사를 쓰지 않습니다",
    ),
]
LONGEST_SENTENCE = 60
SMS_BYTES = 90
LONGEST_VALUES = {
    "reference": "2026-SL-0412",
    "ref": "482-157",
    "rank": "17",
    "days": "3",
    "date": "12월 23일(월)",
    "time": "오후 3시 20분",
    "venue": "만경읍 행정복지센터",
    "code": "482157",
    "phone": "063-540-3114",
    "by": "12월 23일(월)",
    "until": "12월 23일(월) 오후 3시",
    "until_short": "12월 23일 오후 11시 30분",
    "place": "만경읍",  # the township
}


def is_for_staff(path: Path) -> bool:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return any(name in part for part in parts for name in ("staff", "report", "mfa", "account"))


@cache
def text_of(template: Path) -> str:
    """What can be read of a template: comments and tags gone, variables as {{ x }}, translated words as they are."""
    text = template.read_text(encoding="utf-8")
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r'{% translate "([^"]*)"[^%]*%}', r"\1", text)
    text = re.sub(r"{% include [^%]*?%}", lambda m: " ".join(re.findall(r'"([^"]*[가-힣][^"]*)"', m[0])) + "\n", text)
    text = re.sub(r"{%.*?%}", "", text, flags=re.DOTALL)
    text = re.sub(r'(?:alt|title|aria-label|placeholder)="([^"]*)"', r">\1<", text)
    text = re.sub(r"<(?:/?(?:p|li|h\d|dt|dd|td|th|div|section|button|label|a|ul|ol|br|span)\b)[^>]*>", "\n", text)
    text = re.sub(r"<[^>]*>", "", text)
    return re.sub(r"[ \t]+", " ", text)


def templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*.*") if path.suffix in {".html", ".txt", ".typ"})


def citizen_templates() -> list[Path]:
    return [path for path in templates() if not is_for_staff(path) and path.suffix != ".typ"]


def strings_of(source: Path) -> list[str]:
    """Korean strings of a module, without docstrings."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docs
        and HANGUL.search(node.value)
    ]


def modules(*, for_citizens: bool) -> list[Path]:
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name != "assets.py"]
    typed = {"search.py", "amounts.py"}  # the words people type, not words they read
    found = [path for path in found if path.name not in typed]
    found = [path for path in found if not {"migrations", "management", "launcher", "data"} & set(path.parts)]
    if for_citizens:
        found = [path for path in found if not any(name in str(path.relative_to(ROOT)) for name in NOT_FOR_CITIZENS)]
    return sorted(found)


def quoted_law_removed(text: str) -> str:
    return re.sub(r"「[^」]*」", "", text)


def named(paths: list[Path]) -> list:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


def hits(text: str, scopes: str) -> list[str]:
    text = quoted_law_removed(text)
    found = [
        f"'{match[0]}' -> {instead}"
        for scope, pattern, instead in WORDS
        if scope in scopes
        for match in re.finditer(pattern, text, re.MULTILINE)
    ]
    return found + [f"'{match[0]}': {why}" for pattern, why in PATTERNS for match in re.finditer(pattern, text)]


@pytest.mark.parametrize("template", named([path for path in templates() if path.suffix != ".typ"]))
def test_a_template_uses_plain_words(template):
    text = text_of(template).replace("오류:", "")  # allowed in <title> alone
    assert hits(text, "AS" if is_for_staff(template) else "AC") == []


@pytest.mark.parametrize("module", named(modules(for_citizens=True)))
def test_what_code_says_to_citizens_uses_plain_words(module):
    assert [hit for text in strings_of(module) for hit in hits(text, "AC")] == []


@pytest.mark.parametrize("module", named(modules(for_citizens=False)))
def test_what_code_says_to_anybody_is_spelled_right(module):
    assert [hit for text in strings_of(module) for hit in hits(text, "A")] == []


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("신청서를 기재하시기 바랍니다.", "적다"),
        ("잘못된 번호입니다.", "무엇이 맞지 않는지"),
        ("예약이 완료되셨습니다.", "사람만 높임"),
        ("자리 3 개, 대기 2 명", "붙여"),
        ("골라주세요.", "띄어"),
        ("{{ name }}님", "님은"),
        ("{{ date }}을 골라 주세요.", "조사"),
    ],
)
def test_the_check_itself_finds_what_it_should(text, instead):
    assert any(instead in hit for hit in hits(text, "AC"))


def sentences(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    return [part.strip() for line in lines for part in re.split(r"(?<=[가-힣)'][.?])\s+", line) if HANGUL.search(part)]


@pytest.mark.parametrize("template", named([path for path in citizen_templates() if path.suffix == ".html"]))
def test_every_sentence_ends_politely_and_soon(template):
    for sentence in sentences(text_of(template)):
        if sentence.endswith((".", "?")) and not sentence.startswith("예:"):
            assert re.search(r"(니다|세요|까지)\.$|요\?$", sentence), sentence
        spoken = re.sub(r"{{.*?}}", "", sentence)
        assert len(HANGUL.findall(spoken)) <= LONGEST_SENTENCE, sentence


@pytest.mark.parametrize("template", named([path for path in citizen_templates() if path.suffix == ".html"]))
def test_a_link_says_where_it_goes(template):
    text = re.sub(r"{%.*?%}", "", template.read_text(encoding="utf-8"))
    for words in re.findall(r"<a\b[^>]*>(.*?)</a>", text, flags=re.DOTALL):
        assert re.sub(r"<[^>]*>|\s", "", words) not in {"여기", "더보기", "바로가기", "자세히", "클릭"}


@pytest.mark.parametrize("template", named([path for path in citizen_templates() if path.suffix == ".html"]))
def test_no_page_without_a_telephone_number(template):
    text = template.read_text(encoding="utf-8")
    if re.search(r"{% block (help|wide) %}", text) and 'extends "base.html"' in text:
        assert "site_phone" in text or "help_box.html" in text


def short_messages() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.sms.txt"))


def with_longest_values(template: Path) -> str:
    """The message with sample values; an unknown name counts as twelve syllables."""

    def longest(match: re.Match[str]) -> str:
        name = re.split(r"[|.\s]+", match[1].strip())
        filters = match[1]
        if "date_short" in filters or "date_long" in filters:
            return LONGEST_VALUES["date"]
        known = [LONGEST_VALUES[part] for part in name if part in LONGEST_VALUES]
        return known[0] if known else "가" * 12

    text = re.sub(r"{%.*?%}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL).strip()
    return re.sub(r"{{(.*?)}}", longest, text)


@pytest.mark.parametrize("template", named(short_messages()))
def test_a_text_message_fits_into_90_bytes(template):
    text = with_longest_values(template)
    assert len(text.encode("cp949")) <= SMS_BYTES, text


@pytest.mark.parametrize("template", named(short_messages()))
def test_a_text_message_has_no_link_and_no_name(template):
    text = template.read_text(encoding="utf-8")
    assert text.lstrip().startswith(("[김제시]", "{%"))
    assert "[김제시]" in text
    assert not re.search(r"https?:|www\.|\.(kr|com|net)\b|bit\.ly", text)
    assert not re.search(r"{{[^}]*\bname\b", text)


@pytest.mark.parametrize("template", named(sorted(TEMPLATES.rglob("*.long.txt"))))
def test_a_long_message_fits_a_notice(template):
    text = with_longest_values(template)
    assert len(text.encode("cp949", "replace")) <= 2000
    assert len(text) <= 1000
    assert not re.search(r"https?:|www\.", text)
