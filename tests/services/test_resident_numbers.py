"""A resident registration number is found however people write it, and nothing else is taken for one (F17, PD-02)."""

import pytest

from services.rules.resident_numbers import has_resident_number


@pytest.mark.parametrize(
    "text",
    [
        "450309-1234567",
        "4503091234567",
        "제 번호는 450309 - 1234567 입니다",
        "450309–2234567",
        "４５０３０９-１２３４５６７",
        "450309·1234567",
        "외국인등록번호 900101-5234567",
        "1899년생 990101-9234567",
    ],
)
def test_found(text):
    assert has_resident_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "010-1234-5678",
        "2020-SL-0412",
        "451309-1234567",  # no thirteenth month
        "450332-1234567",  # no 32nd day
        "14503091234567",  # part of a longer number
        "450309-12345678",
        "주민등록번호 앞자리 450309",
    ],
)
def test_not_found(text):
    assert not has_resident_number(text)
