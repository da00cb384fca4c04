"""Paper: Hangul can be read out of the file, tables repeat their heads, and nothing is fetched from outside."""

import io

import pytest
from django.conf import settings
from pypdf import PdfReader

from services.reports import pdf

SAMPLE = {
    "title": "슬레이트 지붕 철거 지원 결정",
    "kind": "letter",
    "greeting": "홍길동 님, 슬레이트 철거를 지원하기로 했습니다. 면적은 110m²입니다.",
    "reference": "2026-SL-0412",
    "facts": [["지원금", "금3,440,000원(금삼백사십사만원)"], ["본인 부담금", "0원"]],
    "labels": ["1월", "2월", "3월"],
    "values": [7010, None, 10912],
    "finding": "3월이 10,912kWh로 가장 많습니다.",
    "rows": [[f"{number}번째 줄", f"{number * 1000:,}"] for number in range(1, 80)],
}


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """The sample stands beside the real base.typ, because typst reads nothing outside its root."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "base.typ").write_bytes((pdf.TEMPLATES / "reports" / "base.typ").read_bytes())
    source = settings.BASE_DIR / "tests" / "services" / "sample.typ"
    (tmp_path / "sample.typ").write_bytes(source.read_bytes())
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)
    return "sample.typ"


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def test_hangul_and_signs_can_be_read_out_of_the_file(sample):
    text = " ".join(page.extract_text() for page in read(pdf.render_pdf(sample, SAMPLE)).pages)
    words = " ".join(text.split())
    for wanted in (
        "홍길동 님, 슬레이트 철거를 지원하기로 했습니다.",
        "110m²",
        "금3,440,000원(금삼백사십사만원)",
        "2026-SL-0412",
    ):
        assert wanted in words


def test_the_file_says_its_title_language_and_structure(sample):
    reader = read(pdf.render_pdf(sample, SAMPLE))
    assert reader.metadata.title == SAMPLE["title"]
    assert reader.trailer["/Root"]["/Lang"].startswith("ko")
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_long_table_repeats_its_head_on_every_page(sample):
    pages = [page.extract_text() for page in read(pdf.render_pdf(sample, SAMPLE)).pages]
    with_rows = [text for text in pages if "번째 줄" in text]
    assert len(with_rows) > 1
    assert all("만든 전기(kWh)" in text for text in with_rows)


def test_the_only_fonts_are_ours_and_they_are_in_the_file(sample):
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in read(pdf.render_pdf(sample, SAMPLE)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("GimjeSans" in font for font in fonts), fonts


def test_missing_data_is_refused_and_not_printed_as_a_gap(sample):
    import typst

    with pytest.raises(typst.TypstError):
        pdf.render_pdf(sample, {**SAMPLE, "facts": None})
