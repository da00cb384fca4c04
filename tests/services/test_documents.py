"""Files from strangers: judged by their content, kept as they came, shown only as a clean copy."""

import io
import socket
import struct
import threading
import zipfile
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from services.actions.documents import accept, adopt, forget_abandoned, remove
from services.actions.inspection import inspect
from services.actions.jobs import forget
from services.actions.keys import rotate
from services.enums.documents import MediaType, ScanState
from services.enums.people import Role
from services.models import Document, Draft, HistoryEntry, ReadingLogEntry
from services.reports.documents import link, read_file
from services.rules.documents import media_type_of, megabytes, plain_name
from services.rules.history import Actor
from services.rules.refusal import Refused
from tests.races import at_once

BY = Actor.resident("visitor")


@pytest.fixture(autouse=True)
def _private_folder(tmp_path, settings):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }


@pytest.fixture
def files(tmp_path):
    """Every stored file."""
    return lambda: sorted(path for path in (tmp_path / "files").rglob("*") if path.is_file())


def a_draft() -> Draft:
    draft = Draft(kind="slate")
    draft.keep()
    draft.save()
    return draft


@pytest.fixture
def draft(db):
    return a_draft()


def photo(kind="JPEG", size=(40, 20), colour="red", **options):
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, kind, **options)
    return data.getvalue()


def located_photo():
    """A photo lying on its side, with the place where it was taken and the maker of the camera."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right
    exif[0x010F] = "CANARY-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (35.0, 48.0, 13.0)
    return photo(exif=exif)


def pdf(pages=1, change=None, password=""):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if change:
        change(writer)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def take(draft, data, name="집.jpg", **options):
    return accept(SimpleUploadedFile(name, data), subject=draft, kind="house_photo", by=BY, **options)


def refusal(draft, data, name="집.jpg", **options):
    with pytest.raises(Refused) as error:
        take(draft, data, name, **options)
    assert not Document.objects.exists()
    return error.value.sentence


SEEDS = [located_photo(), photo("PNG"), photo(progressive=True), pdf(2)]


# What is taken
@pytest.mark.parametrize(
    ("data", "name", "media"),
    [
        (photo(), "집.jpg", "image/jpeg"),
        (photo("PNG"), "집.png", "image/png"),
        (photo(), "집.png", "image/jpeg"),  # the name is wrong, the content is a photo: take it as what it is
        (photo(progressive=True), "IMG_0001.JPEG", "image/jpeg"),
        (photo("MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))]), "두 장.jpg", "image/jpeg"),
        (pdf(3), "계약서.pdf", "application/pdf"),
        (photo(), "이름 없음", "image/jpeg"),
    ],
)
def test_photos_and_pdfs_are_taken_by_content(draft, data, name, media):
    document = take(draft, data, name)
    assert (document.media_type, document.size, document.name) == (media, len(data), name)
    assert document.scan == ScanState.NOT_SCANNED
    assert read_file(document.original_path) == data  # untouched
    assert bool(document.display_path) == document.is_image


def test_the_display_copy_stands_upright_and_knows_no_place(draft):
    data = located_photo()
    document = take(draft, data)
    copy = read_file(document.display_path)
    with Image.open(io.BytesIO(copy)) as image:
        assert image.size == (20, 40)
        assert not dict(image.getexif())
    assert b"CANARY-CAMERA" in data
    assert b"CANARY-CAMERA" not in copy
    assert read_file(document.original_path) == data


def test_a_large_photo_is_shown_small(draft):
    document = take(draft, photo(size=(6000, 3000)))
    with Image.open(io.BytesIO(read_file(document.display_path))) as image:
        assert max(image.size) <= 2000


def test_a_see_through_picture_is_shown_on_white(draft):
    data = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(data, "PNG")
    document = take(draft, data.getvalue(), "그림.png")
    with Image.open(io.BytesIO(read_file(document.display_path))) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


def test_nothing_readable_lies_on_the_disk(draft, files):
    take(draft, located_photo(), "홍길동_계약서.jpg")
    assert len(files()) == 2
    for path in files():
        assert path.stat().st_mode & 0o077 == 0
        assert "홍길동" not in str(path)
        assert not path.suffix
        assert b"\xff\xd8\xff" not in path.read_bytes()


def test_what_is_hidden_behind_a_photo_stays_out_of_the_copy(draft):
    """A JPEG with a ZIP or a page behind it is still a photo (phones append films to theirs)."""
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("x.html", "<script>alert(1)</script>")
    document = take(draft, photo() + hidden.getvalue() + b"<script>alert(2)</script>")
    copy = read_file(document.display_path)
    assert b"PK" not in copy
    assert b"script" not in copy


def test_a_comment_of_a_photo_stays_out_of_the_copy(draft):
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(data, "JPEG", comment=b"GPS 35.80 126.88")
    assert b"GPS 35.80" in data.getvalue()
    assert b"GPS 35.80" not in read_file(take(draft, data.getvalue()).display_path)


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_locked_only_against_changes_is_taken(draft, algorithm):
    """Public certificates have an owner's password and open without one."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf(2)))
    writer.encrypt(user_password="", owner_password="정부24", algorithm=algorithm)
    data = io.BytesIO()
    writer.write(data)
    assert take(draft, data.getvalue(), "등기.pdf").pages == 2


@pytest.mark.parametrize("before", [b"\n\n", b"\xef\xbb\xbf", b"\x1b%-12345X@PJL ENTER\r\n", b"\x00" * 900])
def test_a_pdf_with_something_before_its_header_is_a_pdf(draft, before):
    assert take(draft, before + pdf(), "스캔.pdf").media_type == MediaType.PDF


# What is refused, and why
def zipped():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "가" * 100)
    return data.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (zipped(), "집.jpg", "이름은 사진이지만 속은 다른 파일입니다"),
        (HTML, "집.png", "이름은 사진이지만 속은 다른 파일입니다"),
        (HTML + photo(), "집.jpg", "이름은 사진이지만 속은 다른 파일입니다"),
        (b"\n" + HTML + pdf(), "서류.pdf", "이름은 PDF이지만 속은 다른 파일입니다"),
        (zipped() + pdf(), "서류.pdf", "이름은 PDF이지만 속은 다른 파일입니다"),
        (b"\n" * 1100 + pdf(), "서류.pdf", "이름은 PDF이지만 속은 다른 파일입니다"),
        (HEIC, "IMG_1.jpg", "이름은 사진이지만 속은 다른 파일입니다"),
        (HEIC, "IMG_1.HEIC", "사진(JPG, PNG)과 PDF만"),
        (SVG, "그림.svg", "사진(JPG, PNG)과 PDF만"),
        (zipped(), "서류.hwpx", "사진(JPG, PNG)과 PDF만"),
        (b"GIF89a\x01\x00\x01\x00", "움직임.gif", "사진(JPG, PNG)과 PDF만"),
        (b"", "집.jpg", "비어 있습니다"),
        (photo()[:-200], "집.jpg", "끝까지 열 수 없습니다"),
        (photo("PNG")[:50], "집.png", "끝까지 열 수 없습니다"),
        (b"\xff\xd8\xff" + b"\x00" * 500, "집.jpg", "끝까지 열 수 없습니다"),
        (b"\x89PNG\r\n\x1a\n" + HTML, "집.png", "끝까지 열 수 없습니다"),
        (b"%PDF-1.7\n" + HTML, "서류.pdf", "PDF를 열 수 없습니다"),
        (pdf(31), "서류.pdf", "31쪽입니다. 30쪽까지"),
        (pdf(password="1234"), "서류.pdf", "잠겨 있습니다"),
        (b"MZ" + b"\x00" * 100, "a.exe", "받지 않습니다"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_refused_file_says_why(draft, files, data, name, words):
    sentence = refusal(draft, data, name)
    assert words in sentence
    assert sentence.endswith(("주세요.", "됩니다."))
    assert not files()


def test_a_truncated_photo_is_not_half_taken(draft):
    data = photo(size=(800, 800), colour=(1, 200, 3), quality=95)
    assert "끝까지 열 수 없습니다" in refusal(draft, data[: len(data) // 2])


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of broken EXIF, and goes on
@given(st.data())
@settings_of(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_file_changed_at_random_is_taken_or_refused_and_nothing_else(data):
    """Each seed makes other bytes wrong; what is no Refused fails the test."""
    file = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(8, len(file) - 1))
        file[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    with suppress(Refused):
        inspect(bytes(file), "집.jpg")


def test_too_large_a_file(draft, settings):
    settings.DOCUMENT_MAX_MB = 1
    data = photo() + b"\x00" * (12 * 2**20 // 10)
    assert refusal(draft, data).startswith("사진 '집.jpg' 크기가 1.3MB입니다. 한 장에 1MB까지")


def png_header(width, height):
    """A PNG of 60 bytes that says it is huge."""
    import zlib

    ihdr = b"IHDR" + struct.pack("!IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunk = struct.pack("!I", 13) + ihdr + struct.pack("!I", zlib.crc32(ihdr))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack("!I", 0) + b"IDAT" + struct.pack("!I", zlib.crc32(b"IDAT"))


@pytest.mark.parametrize("side", [5000, 12000, 60000, 2**31 - 1])
def test_an_image_bomb_is_refused_by_its_header(draft, side):
    assert "너무 큽니다" in refusal(draft, png_header(side, side), "집.png")


def test_a_jpeg_that_claims_more_pixels_than_it_may(draft, settings):
    settings.DOCUMENT_MAX_PIXELS = 700
    assert "너무 큽니다" in refusal(draft, photo())


def script_on_open(writer):
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('x');")}
    )
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)


def file_inside(writer):
    writer.add_attachment("a.exe", b"MZ")


def launch_on_a_page(writer):
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")}
    )
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})


@pytest.mark.parametrize("change", [script_on_open, file_inside, launch_on_a_page])
def test_a_pdf_that_acts_is_refused(draft, change):
    assert "저절로 움직이는 내용" in refusal(draft, pdf(change=change), "서류.pdf")


def test_a_script_with_a_disguised_name_is_found(draft):
    data = pdf(change=script_on_open).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/J#53")
    assert b"#61" in data
    assert "저절로 움직이는 내용" in refusal(draft, data, "서류.pdf")


def test_the_same_photo_twice_is_refused_but_not_for_another_case(draft):
    take(draft, photo())
    with pytest.raises(Refused, match="같은 사진을 두 번"):
        take(draft, photo(), "다른 이름.jpg")
    take(a_draft(), photo())
    assert Document.objects.count() == 2


def test_a_refused_duplicate_leaves_no_file_behind(draft, files):
    take(draft, photo())
    before = files()
    with pytest.raises(Refused):
        take(draft, photo())
    assert files() == before


def test_too_many_photos(draft):
    for colour in ("red", "blue"):
        take(draft, photo(colour=colour), at_most=2)
    with pytest.raises(Refused, match=r"사진이 3장입니다. 2장까지 올릴 수 있습니다. 1장을 빼 주세요."):
        take(draft, photo(colour="green"), at_most=2)


# Names
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\사진\\집.jpg", "집.jpg"),
        ("집\u202egpj.exe", "집gpj.exe"),
        ("한글.jpg", "한글.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("...", "파일"),
        ("", "파일"),
        ("가" * 200 + ".jpg", "가" * 76 + ".jpg"),
    ],
)
def test_names_are_only_words(typed, kept):
    assert plain_name(typed) == kept


def test_sizes_are_never_rounded_below_the_limit():
    assert megabytes(10 * 2**20) == "10"
    assert megabytes(10 * 2**20 + 1) == "10.1"


def test_a_signature_counts_only_at_the_start():
    assert media_type_of(b" \xff\xd8\xff") is None


# Moving, removing, keys
def test_files_move_from_the_draft_to_the_case_and_keep_their_owner(draft, make_resident):
    document, resident = take(draft, photo()), make_resident()
    with transaction.atomic():
        assert adopt(draft, resident, resident=resident) == 1
    assert list(Document.objects.of(resident)) == [document]
    assert not Document.objects.of(draft).exists()


@pytest.mark.django_db(transaction=True)
def test_a_removed_file_is_gone_and_its_history_stays(draft, files):
    document = take(draft, photo())
    pk = document.pk
    remove(document.pk, by=BY)
    assert not files()
    assert [entry.move for entry in HistoryEntry.objects.filter(subject_kind="services.document", subject_id=pk)] == [
        "document_added",
        "document_removed",
    ]


@pytest.mark.django_db(transaction=True)
def test_files_of_a_draft_that_is_gone_are_forgotten(draft, files):
    take(draft, photo())
    kept = take(a_draft(), photo())
    draft.delete()
    assert dict(forget().done)["files"] == 1
    assert forget_abandoned() == 0
    assert list(Document.objects.all()) == [kept]
    assert len(files()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_new_key_reads_and_replaces_the_old(draft, files, settings):
    data = photo()
    document = take(draft, data)
    lost = take(draft, pdf(), "서류.pdf")
    default_storage.delete(lost.original_path)
    settings.FIELD_KEYS = ["bmV3a2V5bmV3a2V5bmV3a2V5bmV3a2V5bmV3a2V5bmU=", *settings.FIELD_KEYS]
    told: list[str] = []
    rotate(tell=told.append)
    assert "files: 2" in told
    assert f"document {lost.pk}: its file is missing" in told
    before = files()
    rotate(tell=told.append)  # a second run changes nothing
    assert files() == before
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    paths = Document.objects.values_list("original_path", "display_path").get(pk=document.pk)
    assert read_file(paths[0]) == data
    assert read_file(paths[1])
    assert len(files()) == 2


def test_an_empty_document_breaks_its_constraint(draft):
    row = Document(
        subject_kind="x", subject_id="1", kind="k", name="n", media_type="image/png", size=0, sha256="", scan="clean"
    )
    with pytest.raises(IntegrityError, match="document_is_not_empty"), transaction.atomic():
        row.save()


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_one_photo_at_once_leave_one(draft, files):
    outcomes = at_once(*[lambda: take(draft, photo()) and "taken"] * 4)
    assert outcomes.count("taken") == 1
    assert len(set(outcomes)) == 2  # the other three are told the same
    assert len(files()) == 2


# Links
@pytest.fixture
def visitor(client, db):
    session = client.session
    session["x"] = 1
    session.save()
    return client


def test_a_link_opens_for_its_session_only(draft, visitor):
    address = link(take(draft, photo()), visitor.session)
    assert visitor.get(address).status_code == 200
    assert Client().get(address).status_code == 404


def test_a_photo_is_shown_under_headers_that_run_nothing(draft, visitor):
    document = take(draft, photo("PNG"), "집 앞.png")
    response = visitor.get(link(document, visitor.session))
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"].startswith("inline;")
    original = visitor.get(link(document, visitor.session, original=True))
    assert original["Content-Disposition"].startswith("attachment;")
    assert original["Content-Type"] == "image/png"
    assert original.content == photo("PNG")


def test_a_pdf_is_only_given_to_keep(draft, visitor):
    response = visitor.get(link(take(draft, pdf(), "서류.pdf"), visitor.session))
    assert response["Content-Disposition"].startswith("attachment;")


def test_a_link_is_dead_after_five_minutes(draft, visitor, clock):
    clock("2026-11-20 10:00")
    address = link(take(draft, photo()), visitor.session)
    clock("2026-11-20 10:04")
    assert visitor.get(address).status_code == 200
    clock("2026-11-20 10:06")
    response = visitor.get(address)
    assert response.status_code == 410
    assert "다시 열어 주세요" in response.content.decode()


@pytest.mark.parametrize("token", ["x", "x:y:z", "%ED%95%9C", "a" * 3000])
def test_a_made_up_link_is_no_link(visitor, token):
    assert visitor.get(f"/services/documents/{token}").status_code == 404


def test_a_changed_link_is_no_link(draft, visitor):
    address = link(take(draft, photo()), visitor.session)
    for changed in (
        address[:-1] + ("A" if address[-1] != "A" else "B"),
        address.replace("/documents/", "/documents/W"),
    ):
        assert visitor.get(changed).status_code == 404


def test_a_file_that_is_gone_is_not_found(draft, visitor):
    document = take(draft, photo())
    address = link(document, visitor.session)
    default_storage.delete(document.display_path)
    assert visitor.get(address).status_code == 404


def test_staff_reading_is_logged_and_bound_to_the_person(draft, make_resident, make_staff, staff_client):
    resident = make_resident()
    document = take(draft, photo(), resident=resident)
    officer = make_staff(Role.SLATE_OFFICER)
    other = make_staff(Role.SLATE_APPROVER)
    address = link(document, officer)
    assert staff_client(user=officer).get(address).status_code == 200
    assert staff_client(user=other).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    entry = ReadingLogEntry.objects.get()
    assert (entry.user, entry.resident, entry.action) == (officer, resident, "보기")


def test_a_staff_link_also_dies(draft, make_staff, staff_client, clock):
    clock("2026-11-20 10:00")
    officer = make_staff(Role.SLATE_OFFICER)
    address, browser = link(take(draft, photo()), officer), staff_client(user=officer)
    clock("2026-11-20 10:06")
    assert browser.get(address).status_code == 410


# The virus scanner
@contextmanager
def clamd(answer, tmp_path, *, delay=0.0, hang_up=False):
    """A local clamd that speaks INSTREAM and gives `answer`; yields its path and what it received."""
    path, received = str(tmp_path / "clamd.sock"), bytearray()
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen()
    stop = threading.Event()

    def read(connection, number):
        data = b""
        while len(data) < number and (part := connection.recv(number - len(data))):
            data += part
        return data

    def serve():
        connection, _ = server.accept()
        with connection:
            assert read(connection, 10) == b"zINSTREAM\0"
            while not hang_up and (length := struct.unpack("!L", read(connection, 4))[0]):
                received.extend(read(connection, length))
            stop.wait(delay)
            if not hang_up:
                with suppress(BrokenPipeError):  # the portal did not wait
                    connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield path, received
    finally:
        stop.set()
        thread.join()
        server.close()


def test_a_clean_file_is_scanned_whole(draft, tmp_path, settings):
    data = photo(size=(900, 900), quality=100) + bytes(range(256)) * 1000
    with clamd(b"stream: OK\0", tmp_path) as (path, received):
        settings.CLAMAV_SOCKET = path
        assert take(draft, data).scan == ScanState.CLEAN
    assert bytes(received) == data


@pytest.mark.parametrize(
    "answer",
    [
        b"stream: Eicar-Test-Signature FOUND\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK but not really\0",
        b"\xff\xfe garbage\0",
        b"\0",
        b"stream: OK",  # cut off before its end
        b"x" * 9000,
    ],
)
def test_what_is_not_clean_is_refused(draft, tmp_path, settings, answer):
    with clamd(answer, tmp_path) as (path, _):
        settings.CLAMAV_SOCKET = path
        assert "안전 검사를 마치지 못했습니다" in refusal(draft, photo())


def test_a_slow_scanner_is_no_scanner(draft, tmp_path, settings):
    settings.CLAMAV_SECONDS = 0.2
    with clamd(b"stream: OK\0", tmp_path, delay=1) as (path, _):
        settings.CLAMAV_SOCKET = path
        assert "안전 검사를 마치지 못했습니다" in refusal(draft, photo())


def test_a_scanner_that_hangs_up_is_no_scanner(draft, tmp_path, settings):
    with clamd(b"", tmp_path, hang_up=True) as (path, _):
        settings.CLAMAV_SOCKET = path
        assert "안전 검사를 마치지 못했습니다" in refusal(draft, photo())


@pytest.mark.parametrize("where", ["/nowhere/clamd.sock", "127.0.0.1:1"])
def test_a_scanner_that_is_away_refuses_everything(draft, settings, where):
    settings.CLAMAV_SOCKET = where
    assert "안전 검사를 마치지 못했습니다" in refusal(draft, photo())


def test_a_link_lives_five_minutes(settings):
    assert timedelta(seconds=settings.DOCUMENT_LINK_SECONDS) == timedelta(minutes=5)
