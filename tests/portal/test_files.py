"""Every door for files says of a bad one what it is, why it is not taken and what to do instead; nothing is kept.

Files of readings are in tests/solar/test_strange_files.py; what a file may be, in tests/services/test_documents.py.
"""

import html
import io
import zipfile
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from services.enums.people import Role
from services.models import Document, Township
from slate.actions import casework
from slate.enums import Needed
from slate.models import Application
from tests.consultations.test_enquiries import ANSWERS as ENQUIRY
from tests.services.test_documents import pdf, photo
from tests.slate import factories as slate
from tests.slate.test_counter import HOUSE
from tests.slate.test_pages import CONSENTS, CONTACT, PART


def zipped(content: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/sheet1.xml", content)
    return data.getvalue()


SHEET = "이름,전화\n홍길동,010\n"
OTHER_KIND = (
    "같은 종류는 받지 않습니다. 사진(JPG, PNG)과 PDF만 열어 볼 수 있습니다. 화면을 사진으로 찍어 올리셔도 됩니다."
)
NO_PHOTO = (
    "사진으로 열 수 없습니다. 이름은 사진이지만 속은 다른 파일입니다. 휴대전화로 찍은 사진이나 PDF를 올려 주세요."
)
NO_PDF = "이름은 PDF이지만 속은 다른 파일입니다. PDF로 다시 만들어 올리시거나 화면을 찍어 올려 주세요."
FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("집.jpg", lambda: b"", "비어 있습니다."),
    "NUL": ("집.jpg", lambda: b"\x00" * 400, NO_PHOTO),
    "cut off": (
        "집.jpg",
        lambda: photo(size=(400, 400))[:700],
        "사진을 끝까지 열 수 없습니다. 올리는 도중에 끊겼을 수",
    ),
    "a spreadsheet": ("장부.xlsx", lambda: zipped(SHEET.encode()), OTHER_KIND),
    "a bomb as a PDF": ("서류.pdf", lambda: zipped(b"0" * 50_000_000), NO_PDF),
    "text in CP949": ("장부.csv", lambda: SHEET.encode("cp949"), OTHER_KIND),
    "text in UTF-16": ("장부.txt", lambda: SHEET.encode("utf-16"), OTHER_KIND),
    "a locked PDF": ("서류.pdf", lambda: pdf(password="secret"), "파일이 잠겨 있습니다. 잠금을 풀어 다시 올리시거나"),
    "a broken PDF": ("서류.pdf", lambda: b"%PDF-1.7\n" + b"x" * 99, "PDF를 열 수 없습니다. 다시 만들어 올리시거나"),
    "a long PDF": ("서류.pdf", lambda: pdf(pages=60), "쪽까지 올릴 수 있습니다. 필요한 쪽만 나누어 올려 주세요."),
}
Send = Callable[[SimpleUploadedFile], Any]


@pytest.fixture
def application(programme) -> Application:
    return slate.being_checked(programme, slate.staff(Role.SLATE_OFFICER))


@pytest.fixture
def programme(db, clock):
    clock("2020-02-25 10:00")
    return slate.programme_of_2020()


@pytest.fixture
def doors(programme, client, resident_client, staff_client, settings, tmp_path) -> dict[str, Callable[[], Send]]:
    """Each door for files, opened up to where a file is chosen."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    mangyeong = Township.objects.get(name="만경읍")

    def sender(sending: Any, url: str, box: str, /, **more: Any) -> Send:
        return lambda file: sending.post(url, more | {box: file}, follow=True)

    def photos() -> Send:
        at = "slate:application_"
        client.post(reverse(f"{at}address"), {"township": mangyeong.pk, "address": "시연리 12-3"})
        client.post(reverse(f"{at}parts"), PART)
        client.post(reverse(f"{at}household"), {"household": "general"})
        client.post(reverse(f"{at}roof"), {"wants_reroofing": "no"})
        return sender(client, reverse(f"{at}photos"), "whole", more="1")

    def papers() -> Send:
        for page in ("kind", "topic", "question"):
            client.post(reverse(f"consultations:enquiry_{page}"), ENQUIRY[page])
        return sender(client, reverse("consultations:enquiry_papers"), "enquiry_paper", more="1")

    def supplied() -> Send:
        officer = slate.staff(Role.SLATE_OFFICER)
        one = slate.being_checked(programme, officer)
        casework.request_more(one.pk, items=[Needed.PHOTOS], note="", by=officer.actor, version=one.version)
        url = reverse("slate:application_supply", args=[one.reference])
        return sender(resident_client(one.resident), url, "paper1", answer="올립니다")

    def consent() -> Send:
        one = slate.submitted(programme, ownership="tenant", owner_agreed=False)
        url = reverse("slate:application_consent", args=[one.reference])
        return sender(resident_client(one.resident), url, "paper")

    def at_the_desk() -> Send:
        one = slate.submitted(programme)
        desk = staff_client(user=slate.staff(Role.SLATE_OFFICER))
        return sender(desk, reverse("slate:staff_paper", args=[one.reference]), "paper", kind="form")

    def at_the_counter() -> Send:
        desk = staff_client(user=slate.staff(Role.TOWNSHIP_CLERK, township=mangyeong))
        typed, number = PART | CONTACT | CONSENTS | HOUSE | {"township": mangyeong.pk}, count(7)

        def send(file: SimpleUploadedFile) -> Any:  # another building each time: the application stands
            typed["address"] = f"만경읍 만경리 {next(number)}"
            return sender(desk, reverse("slate:staff_counter"), "paper", **typed)(file)

        return send

    made = (photos, papers, supplied, consent, at_the_desk, at_the_counter)
    return {one.__name__: one for one in made}


DOORS = ("photos", "papers", "supplied", "consent", "at_the_desk", "at_the_counter")


@pytest.mark.parametrize("door", DOORS)
def test_a_bad_file_says_what_and_why_and_how_to_mend_it(doors, door):
    send = doors[door]()
    before = set(Document.objects.values_list("pk", flat=True))
    for kind, (name, content, sentence) in FILES.items():
        page = send(SimpleUploadedFile(name, content()))
        assert page.status_code == 200, kind
        assert sentence in html.unescape(page.content.decode()), (door, kind)
        assert set(Document.objects.values_list("pk", flat=True)) == before, (door, kind)


@pytest.mark.parametrize("door", DOORS)
def test_a_good_one_is_taken(doors, door):
    send = doors[door]()
    before = Document.objects.count()
    send(SimpleUploadedFile("집.jpg", photo(size=(64, 48))))
    assert Document.objects.count() == before + 1
