"""Whatever somebody uploads ends in a sentence, never in a fault of ours."""

import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from services.enums.people import Role
from services.rules.history import Actor
from services.rules.refusal import Refused
from solar.actions import batches
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
