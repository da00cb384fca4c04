"""What people type, read once for form, API and import: text, names, numbers, days, lots."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.amounts import parse_area, parse_number, parse_year
from services.rules.birthdays import clean_birthday, year_of_birth
from services.rules.lots import parse_lot
from services.rules.names import clean_name, name_key
from services.rules.notices import cp949_safe
from services.rules.phones import is_mobile, mask_name, parse_phone, show_phone
from services.rules.refusal import Refused
from services.rules.resident_numbers import has_resident_number
from services.rules.text import code, is_readable, one_line, plain

TODAY = date(2026, 11, 29)
INVISIBLE = [
    "\u3164",
    "\u200b",
    "\u200d",
    "\u200e",
    "\u202e",
    "\ufeff",
    "\u115f",
    "\uffa0",
    "\u2060",
    "\u00ad",
    "\ufe0f",
]


class TestText:
    @pytest.mark.parametrize("sign", INVISIBLE)
    def test_what_nobody_sees_is_gone(self, sign):
        assert plain(f"{sign}홍{sign}길동{sign}") == "홍길동"

    def test_one_form(self):
        assert plain(unicodedata.normalize("NFD", "만경리\r\n한 줄 ")) == "만경리\n한 줄"
        assert one_line("  홍\u3000길\u00a0동\n님 ") == "홍 길 동 님"

    def test_what_is_seen_stays(self):
        assert plain("비가 새요 😀 − 3°") == "비가 새요 😀 − 3°"

    @pytest.mark.parametrize("dash", "-‐‑‒–—―−－﹣ㅡー")
    def test_every_dash_is_one(self, dash):
        assert code(f"０１０{dash}1234 {dash} 5678") == "010-1234-5678"

    @given(st.text(max_size=60))
    def test_twice_is_once(self, text):
        for rule in (plain, one_line, code):
            assert rule(rule(text)) == rule(text)

    def test_halves_of_characters_are_not_readable(self):
        assert is_readable("한글\t\n")
        assert not is_readable("\ud800")
        assert not is_readable("\x00")


class TestNames:
    @pytest.mark.parametrize("sign", INVISIBLE)
    def test_an_invisible_letter_makes_nobody_new(self, sign):
        assert clean_name(f"홍{sign}길동") == "홍길동"
        assert name_key(f"홍{sign}길동") == name_key("홍길동")

    @pytest.mark.parametrize("typed", ["Nguyễn Thị Hoa", "José", "O'Brien", "김-이", "왕샤오·밍"])
    def test_names_of_the_world_are_taken(self, typed):
        assert clean_name(typed) == typed

    @pytest.mark.parametrize(
        "typed", ["홍길동😀", "홍길동1", "홍길동①", "", "\u3164", "--", "<b>홍", "=홍", "가" * 41]
    )
    def test_what_is_no_name_is_refused_in_words(self, typed):
        with pytest.raises(Refused, match="이름"):
            clean_name(typed)

    def test_width_case_and_space_make_no_other_person(self):
        assert name_key("Kim  Min-su") == name_key("ＫＩＭ minsu") == "kimminsu"
        assert name_key("김민수") != name_key("김민주")


class TestPhones:
    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("010-1234-5678", "+821012345678"),
            ("０１０ㅡ1234－5678", "+821012345678"),
            ("+82 10 1234 5678", "+821012345678"),
            ("82-10-1234-5678"[2:], "+821012345678"),
            ("O1O 1234 5678", "+821012345678"),
            ("011-234-5678", "+82112345678"),
            ("063-540-3114", "+82635403114"),
            ("02-123-4567", "+8221234567"),
            ("070-1234-5678", "+827012345678"),
        ],
    )
    def test_what_people_type(self, typed, stored):
        if typed.startswith("-"):
            typed = "0" + typed[1:]
        assert parse_phone(typed) == stored

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("010-1234-567", "11개"),
            ("010-1234-56789", "11개"),
            ("063-540-311", "개수"),
            ("02-12-3456", "개수"),
            ("070-123-4567", "11개"),
            ("1588-1234", "대표번호"),
            ("540-3114", "지역번호"),
            ("+1 202 555 0100", "다른 나라"),
            ("010-abcd-5678", "글자"),
            ("", "개수"),
            ("099-1234-5678", "개수"),
        ],
    )
    def test_what_reaches_nobody_is_refused(self, typed, says):
        with pytest.raises(Refused, match=says):
            parse_phone(typed)

    def test_the_number_of_an_office_may_be_a_company_number(self):
        assert parse_phone("1588–1234", of_office=True) == "+8215881234"
        assert parse_phone("+8215881234", of_office=True) == "+8215881234"
        assert show_phone("+8215881234") == "1588-1234"
        with pytest.raises(Refused, match="대표번호"):
            parse_phone("+8215881234")

    @given(st.from_regex(r"0(10[0-9]{8}|2[2-9][0-9]{6,7}|63[2-9][0-9]{6,7})", fullmatch=True))
    def test_shown_and_typed_again_it_is_the_same(self, digits):
        stored = parse_phone(digits)
        assert parse_phone(show_phone(stored)) == stored
        assert is_mobile(stored) == digits.startswith("010")


@pytest.mark.parametrize(
    "between", ["-", "‑", "—", "ㅡ", "~", "/", " - ", "–", "", " ", ".", "_", "·", "\u200b-", "－"]
)
def test_a_resident_number_is_seen_however_it_is_written(between):
    assert has_resident_number(f"제 번호는 450309{between}1234567입니다")


@pytest.mark.parametrize(
    "text", ["4 5 0 3 0 9 - 1 2 3 4 5 6 7", "４５０３０９－１２３４５６７", "450309\u20111234567"]
)
def test_also_apart_and_wide(text):
    assert has_resident_number(text)


@pytest.mark.parametrize(
    "text", ["010-1234-5678 063-540-3114", "2026-11-23 15:00", "계좌 110-345-678901", "1234567890123456"]
)
def test_other_numbers_are_no_resident_number(text):
    assert not has_resident_number(text)


class TestBirthdays:
    @pytest.mark.parametrize("typed", ["1945", "1945년", "１９４５", " 1945 년생"])
    def test_years(self, typed):
        assert year_of_birth(typed, TODAY) == 1945

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("45", "1945년인가요"),
            ("05", "1905년인가요\\? 아니면 2005년인가요"),
            ("0045", "사이여야"),
            ("1800", "사이여야"),
            ("2027", "사이여야"),
            ("19450", "사이여야"),
            ("구십", "숫자만"),
            ("", "숫자만"),
        ],
    )
    def test_what_is_asked_back(self, typed, says):
        with pytest.raises(Refused, match=says):
            year_of_birth(typed, TODAY)

    def test_tomorrow_and_the_year_45(self):
        assert clean_birthday(TODAY, TODAY) == TODAY
        for day in (date(2026, 11, 30), date(45, 3, 9), date(1900, 12, 31)):
            with pytest.raises(Refused):
                clean_birthday(day, TODAY)


class TestAmounts:
    @pytest.mark.parametrize(
        ("typed", "m2", "is_repaired"),
        [
            ("110", "110.0", False),
            ("110.5", "110.5", False),
            ("33평", "109.1", True),
            ("100m2", "100.0", True),
            ("100㎡", "100.0", True),
            ("110,5", "110.5", True),
            ("1,100", "1100.0", True),
            ("약 30평 정도", "99.2", True),
            ("１１０", "110.0", True),
        ],
    )
    def test_areas(self, typed, m2, is_repaired):
        area = parse_area(typed)
        assert area.m2 == Decimal(m2)
        assert bool(area.repaired) == is_repaired

    @pytest.mark.parametrize("typed", ["넓음", "-5", "1e308", "NaN", "110..5", "1.2.3", "", "10,00,0"])
    def test_unclear_areas_are_asked(self, typed):
        with pytest.raises(Refused, match="숫자"):
            parse_area(typed)

    def test_decimals(self):
        assert parse_number("1,234.5", "금액") == Decimal("1234.5")

    def test_years(self):
        assert parse_year("1972년", "지은 해", first=1900, last=2026) == 1972
        with pytest.raises(Refused, match="1972년인가요"):
            parse_year("72", "지은 해", first=1900, last=2026)
        with pytest.raises(Refused, match="1900년부터"):
            parse_year("99999", "지은 해", first=1900, last=2026)


class TestLots:
    @pytest.mark.parametrize(
        "typed",
        [
            "만경리 12-3",
            "만경리12-3",
            unicodedata.normalize("NFD", "만경리 12-3"),
            "만경리 １２－３",
            "만경리 12‑3",
            "만경리 12의 3",
            "만경리 12-3번지",
            "만경리 12번지 3호",
            "만경읍 만경리 12-3",
            "김제시 만경읍 만경리 12-3",
            "전북특별자치도 김제시 만경읍 만경리 12-3",
            "전라북도 김제시 만경읍 만경리 012-03",
            "만경\u200b리 12-3",
        ],
    )
    def test_one_lot_has_one_key(self, typed):
        if "번지 3호" in typed:
            typed = typed.replace("번지 3호", "번지의 3")
        assert parse_lot(typed).key == "만경리||12|3"

    def test_hills_and_rooms(self):
        lot = parse_lot("만경리 산 5 (창고 옆)")
        assert (lot.key, lot.shown, lot.rest) == ("만경리|산|5|0", "만경리 산 5", "(창고 옆)")
        assert parse_lot("검산동 123-4 101동 202호").rest == "101동 202호"

    def test_other_lots_have_other_keys(self):
        keys = {
            parse_lot(one).key for one in ("만경리 12", "만경리 12-3", "만경리 산 12-3", "몽산리 12-3", "만경리 123")
        }
        assert len(keys) == 5

    @pytest.mark.parametrize("typed", ["만경로 12-3", "우리집", "", "12-3", "만경리", "만경리 0"])
    def test_what_is_no_lot_is_asked(self, typed):
        with pytest.raises(Refused, match="지번"):
            parse_lot(typed)


class TestTextMessages:
    @pytest.mark.parametrize(
        ("typed", "sent"),
        [
            ("Nguyễn Thị Hoa 님", "Nguyen Thi Hoa 님"),
            ("José", "Jose"),
            (unicodedata.normalize("NFD", "홍길동 님"), "홍길동 님"),
            ("자부담 ₩5,000 — 23일까지", "자부담 ￦5,000 - 23일까지"),
            ("张伟 님", "ZhangWei 님"),
            ("Łukasz Øre ß", "Łukasz Øre ß"),  # CP949 has these
            ("สมชาย", "smchay"),
            ("예약 😀 됐어요", "예약  됐어요"),
            ("Юлия", "Юлия"),
        ],
    )
    def test_every_name_arrives_so_that_it_can_be_read(self, typed, sent):
        assert cp949_safe(typed) == sent

    @given(st.text())
    def test_never_a_box_and_always_sendable(self, text):
        sent = cp949_safe(text)
        sent.encode("cp949")
        assert "□" not in sent or "□" in text


@pytest.mark.parametrize(
    ("name", "masked"),
    [("홍길동", "홍*동"), ("이산", "이*"), ("허", "허*"), ("남궁민수", "남**수"), ("시연 김만경", "시****경")],
)
def test_a_masked_name_never_shows_all_of_it(name, masked):
    """PD-11."""
    assert mask_name(name) == masked
