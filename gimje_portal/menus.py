"""Which page stands behind each word of the menus; a page the visitor may not open is left out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from consultations.staff_views import tables as consultations_tables
from gimje_portal.rights import may_open
from services.staff_views.tables import Table
from slate.staff_views import tables as slate_tables
from solar.staff_views import tables as solar_tables


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of a menu and its page; `below` is the beginning of the addresses that belong to it."""

    label: Any
    page: str
    below: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as the template shows it; `current` is empty or a value of aria-current."""

    label: Any
    url: str
    current: str
    own: bool


CITIZEN_MENU = (
    Entry(_("무료 상담"), "consultations:start", "/consultations/"),
    Entry(_("슬레이트 지원"), "slate:start", "/slate/"),
    Entry(_("태양광"), "solar:public", "/solar/"),
    Entry(_("다른 서비스"), "services:catalogue", "/services/catalogue"),
    Entry(_("내 신청 확인"), "services:my", "/my/", is_own=True),
)
FOOT_MENU = (
    Entry(_("개인정보 처리방침"), "services:privacy", is_own=True),
    Entry(_("누리집 접근성 안내"), "services:accessibility"),
    Entry(_("이용 안내"), "services:guide"),
    Entry(_("보기 편하게 바꾸기"), "services:display"),
)
STAFF_MENU = (
    Entry("오늘 할 일", "services:staff_today"),
    Entry("무료 상담", "consultations:staff_bookings", "/staff/consultations/"),
    Entry("내 상담", "consultations:staff_my_days", "/staff/consultations/my/"),
    Entry("슬레이트", "slate:staff_queue", "/staff/slate/"),
    Entry("태양광", "solar:staff_plants", "/staff/solar/"),
    Entry("프로그램", "services:staff_service_pages", "/staff/services/pages/"),
    Entry("알림 발송", "services:staff_notices", "/staff/services/notice"),
    Entry("보고서", "solar:staff_reports", "/staff/solar/reports"),
    Entry("기준 자료", "services:staff_tables", "/staff/services/tables/"),
    Entry("처음 준비", "services:staff_first_steps"),
    Entry("운영 상태", "services:staff_operations"),
    Entry("시민 찾기", "services:staff_resident", "/staff/services/residents/"),
    Entry("접근 기록", "services:staff_readings", "/staff/services/readings"),
    Entry("담당자", "services:staff_people", "/staff/services/people/"),
)


@dataclass(frozen=True, slots=True)
class Room:
    """The pages of one part of staff's work, shown as a second row on each of them."""

    label: str
    below: tuple[str, ...]
    entries: tuple[Entry, ...]


def _tables_of(app: str, label: str, tables: Iterable[Table], *more: Entry) -> Room:
    """The tables of reference data of one app, shown beside one another."""
    entries = (*(Entry(one.title, one.page, one.below) for one in tables), *more)
    return Room(label, (f"/staff/{app}/tables/",), entries)


TABLES = (
    _tables_of("consultations", "무료 상담", consultations_tables.TABLES),
    _tables_of("slate", "슬레이트 지원", slate_tables.TABLES),
    _tables_of(
        "solar", "태양광", solar_tables.TABLES, Entry("장치 열쇠", "solar:staff_keys", "/staff/solar/tables/keys/")
    ),
)
STAFF_ROOMS = (
    *TABLES,
    Room(
        "무료 상담 메뉴",
        ("/staff/consultations/",),
        (
            Entry("상담 예약", "consultations:staff_bookings", "/staff/consultations/bookings/"),
            Entry("전화·창구 예약", "consultations:staff_counter"),
            Entry("대기", "consultations:staff_waitings", "/staff/consultations/waiting/"),
            Entry("정례 상담일", "consultations:staff_clinic_days", "/staff/consultations/days/"),
            Entry("알릴 분", "consultations:staff_worklists", "/staff/consultations/worklists/"),
            Entry("상시 상담", "consultations:staff_enquiries", "/staff/consultations/enquiries/Q"),
            Entry("전화·창구 질문", "consultations:staff_enquiry_new"),
            Entry("이번 달 숫자", "consultations:staff_statistics"),
            Entry("보고서", "consultations:staff_reports"),
            Entry("세무사·변호사", "consultations:staff_advisers", "/staff/consultations/advisers/"),
            Entry("내 상담", "consultations:staff_my_days"),
            Entry("내 보고서", "consultations:staff_my_reports"),
            Entry("내 달력", "consultations:staff_my_calendar"),
        ),
    ),
    Room(
        "슬레이트 메뉴",
        ("/staff/slate/",),
        (
            Entry("신청", "slate:staff_queue", "/staff/slate/cases/"),
            Entry("결재함", "slate:staff_approvals", "/staff/slate/approvals/"),
            Entry("예산", "slate:staff_budget"),
            Entry("지원 기준과 발표한 숫자", "slate:staff_figures"),
            Entry("대신 신청하기", "slate:staff_counter"),
        ),
    ),
    Room(
        "태양광 메뉴",
        ("/staff/solar/",),
        (
            Entry("설비", "solar:staff_plants"),
            Entry("자료 올리기", "solar:staff_imports", "/staff/solar/imports/"),
            Entry("월보", "solar:staff_reports", "/staff/solar/reports/"),
        ),
    ),
    Room(
        "알림 메뉴",
        ("/staff/services/notices/",),
        (
            Entry("알림 발송", "services:staff_notices"),
            Entry("전화할 분", "services:staff_calls", "/staff/services/notices/calls/"),
            Entry("부칠 편지", "services:staff_letters", "/staff/services/notices/letters/"),
        ),
    ),
    Room(
        "서비스 안내 메뉴",
        ("/staff/services/pages/", "/staff/services/announcements/", "/staff/services/holidays/"),
        (
            Entry("서비스 안내", "services:staff_service_pages", "/staff/services/pages/"),
            Entry("오늘의 알림 쓰기", "services:staff_announcements", "/staff/services/announcements/"),
            Entry("공휴일 고치기", "services:staff_holidays", "/staff/services/holidays/"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Subnav:
    """The second row as the template shows it."""

    label: str
    items: list[Item]


def menus(request: HttpRequest) -> dict[str, Any]:
    """Context processor; nothing is computed for a page that shows no menu."""
    return {
        "citizen_menu": SimpleLazyObject(lambda: _items(CITIZEN_MENU, request)),
        "foot_menu": SimpleLazyObject(lambda: _items(FOOT_MENU, request)),
        "staff_menu": SimpleLazyObject(lambda: _items(_doors(request), request)),
        "subnav": SimpleLazyObject(lambda: _subnav(request)),
        "tables_menu": SimpleLazyObject(lambda: _tables(request)),
    }


def _subnav(request: HttpRequest) -> Subnav:
    """The room's pages that this person may open; one page alone is no menu."""
    room = next((room for room in STAFF_ROOMS if request.path.startswith(room.below)), None)
    items = _items(room.entries, request) if room else []
    return Subnav(room.label if room else "", items if len(items) > 1 else [])


def _doors(request: HttpRequest) -> tuple[Entry, ...]:
    """The first row of the menu. People who may open a room only by a page further in get that page as its door."""
    doors = list(STAFF_MENU)
    for room in STAFF_ROOMS:
        open_to = [entry for entry in room.entries if _may_open(entry.page, request)]
        has_door = any(entry.below in room.below and _may_open(entry.page, request) for entry in STAFF_MENU)
        known = {entry.page for entry in doors}
        if open_to and not has_door and not known & {entry.page for entry in open_to}:
            place = next((at for at, entry in enumerate(doors) if entry.below in room.below), len(doors))
            doors.insert(place, replace(open_to[0], below=room.below[0]))
    return tuple(doors)


def _tables(request: HttpRequest) -> list[Subnav]:
    """Every table that this person keeps, by app."""
    found = [Subnav(room.label, _items(room.entries, request)) for room in TABLES]
    return [group for group in found if group.items]


def _items(entries: tuple[Entry, ...], request: HttpRequest) -> list[Item]:
    """Every entry that this visitor may open; one whose page does not exist fails loudly."""
    return [
        Item(str(entry.label), reverse(entry.page), _current(entry, reverse(entry.page), request.path), entry.is_own)
        for entry in entries
        if _may_open(entry.page, request)
    ]


def _may_open(page: str, request: HttpRequest) -> bool:
    return may_open(getattr(request, "user", None), page)


def _current(entry: Entry, url: str, path: str) -> str:
    if path == url:
        return "page"
    return "true" if entry.below and path.startswith(entry.below) else ""
