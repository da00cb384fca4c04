"""Whatever somebody uploads ends in a sentence, never in a fault of ours."""

import io
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from services.enums.people import Role
from services.rules.history import Actor
from services.rules.refusal import Refused
from solar.actions import batches
from solar.enums import BatchState
from solar.reports.work import mapping_of
from tests.solar.factories import make_source

pytestmark = pytest.mark.django_db
STRANGE = {
    "one line of 9 MB": b"a" * 9_000_000,
    "a quotation mark that is never closed": b'\xec\x8b\x9c\xea\xb0\x81,kW\n2024-06-01 12:00,"' + b"1\n" * 200_000,
    "NUL": b"2024-06-01 12:00,1\x00\n",
    "binary": bytes(range(256)) * 50,
    "UTF-16": "시각,kW\n2024-06-01 12:00,1\n".encode("utf-16"),
    "empty rows only": b"\n\n,,,\n\n",
    "a stamp in another column of the first row": b"x,2024-06-01 12:00,1\n" + b"2024-06-01 12:05,1\n" * 9,
    "one column": b"2024-06-01 12:00\n" * 9,
    "the end of time": b"9999-12-31 24:00,1\n" * 9,
    "a number without end": b"2024-06-01 12:00,1e999999\n" * 9,
    "carriage returns": b"2024-06-01 12:00,1\r\r\r2024-06-01 12:05,2\r",
}


GOOD = "시각,출력 kW\n" + "".join(f"2024-06-01 12:{minute:02},20\n" for minute in range(0, 60, 5))


def zipped(*, bomb: bool) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/sheet1.xml", b"0" * 200_000_000 if bomb else GOOD.encode())
    return data.getvalue()


# What is wrong, and how it is mended: the whole sentence.
SENTENCES = {
    "empty": (b"", "빈 파일입니다. 다른 파일을 골라 주세요."),
    "empty rows": (b"\r\n,,\n \n", "파일에 적힌 것이 없습니다. 기록 장치에서 다시 내려받아 올려 주세요."),
    "only its head": (GOOD.splitlines()[0].encode(), "제목 줄만 있고 자료가 없습니다."),
    "a spreadsheet": (lambda: zipped(bomb=True), "엑셀 파일(xlsx)이나 묶음 파일(zip)은 읽지 못합니다."),
    "another zip": (lambda: zipped(bomb=False), "'다른 이름으로 저장'에서 CSV를 골라 다시 올려 주세요."),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1" * 99, "예전 엑셀 파일(xls)은 읽지 못합니다."),
    "a PDF": (b"%PDF-1.7\n2024-06-01 12:00,1", "PDF에서는 숫자를 읽지 못합니다."),
    "NUL": (GOOD.encode() + b"\x00", "글자를 읽을 수 없는 파일입니다."),
    "a picture": (b"\x89PNG\r\n\x1a\n\xff\xfe\xfd" * 9, "글자를 읽을 수 없는 파일입니다."),
    "half of UTF-16": (GOOD.encode("utf-16")[:-1], "글자를 읽을 수 없는 파일입니다."),
    "a quotation mark without end": (b't,kW\n2024-06-01 12:00,"' + b"1\n" * 99_999, "표로 읽을 수 없는 파일입니다."),
    "one column": (b"2024-06-01 12:00\n" * 9, "발전량이 적힌 칸을 찾지 못했습니다."),
    "no stamps": ("이름,값\n가,1\n나,2\n".encode(), "날짜와 시각이 적힌 칸을 찾지 못했습니다."),
    "too big": (b"2024-06-01 12:00,1\n" * 600_000, "파일이 너무 큽니다. 10MB까지 올릴 수 있습니다."),
}


@pytest.mark.parametrize(("content", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_a_bad_file_says_what_and_how_to_mend_it(staff_client, content, sentence):
    source = make_source()
    file = SimpleUploadedFile("a.csv", content() if callable(content) else content)
    page = staff_client(Role.ENERGY_MANAGER).post(
        reverse("solar:staff_import_new"), {"source": source.pk, "file": file}
    )
    [said] = page.context["form"].errors["file"]
    assert sentence in said
    assert said.endswith(("주세요.", "있습니다."))
    assert not source.batches.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_korean_is_read_however_a_spreadsheet_wrote_it(encoding):
    source, by = make_source(), Actor.system("test")
    batch = batches.upload(source, file_name="a", content=GOOD.encode(encoding), by=by).batch
    taken = batches.accept(batch.pk, mapping_of(batch), by=by)
    assert (taken.new_count, taken.total_j) == (12, 12 * 20_000 * 300)


def test_a_file_of_years_before_the_device_is_not_taken_and_says_why(staff_client):
    source, by = make_source(), Actor.system("test")
    old = GOOD.replace("2024-", "2012-").encode()
    batch = batches.upload(source, file_name="a", content=old, by=by).batch
    client = staff_client(Role.ENERGY_MANAGER)
    page = client.get(reverse("solar:staff_import_detail", args=[batch.pk])).content.decode()
    assert "보다 앞선 때입니다" in page
    with pytest.raises(Refused, match="받을 수 있는 줄이 없습니다"):
        batches.accept(batch.pk, mapping_of(batch), by=by)
    batch.refresh_from_db()
    assert batch.state == BatchState.PREVIEW


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
def test_a_strange_file_is_a_page_with_a_sentence(staff_client, content):
    source = make_source()
    client = staff_client(Role.ENERGY_MANAGER)
    file = SimpleUploadedFile("a.csv", content)
    answer = client.post(reverse("solar:staff_import_new"), {"source": source.pk, "file": file}, follow=True)
    assert answer.status_code == 200


def test_a_file_of_before_that_is_no_table_is_refused_and_can_be_laid_aside(staff_client):
    source, by = make_source(), Actor.system("test")
    batch = batches.upload(source, file_name="a", content=b"t,kW\n2024-06-01 12:00,1\n", by=by).batch
    batch.content = zlib.compress(STRANGE["one line of 9 MB"])
    batch.save()
    client = staff_client(Role.ENERGY_MANAGER)
    page = client.get(reverse("solar:staff_import_detail", args=[batch.pk]))
    assert "이 자료는 버려 주세요" in page.content.decode()
    assert reverse("solar:staff_import_discard", args=[batch.pk]) in page.content.decode()
    with pytest.raises(Refused, match="표로 읽을 수 없는"):
        batches.accept(batch.pk, mapping_of(batch), by=by)
