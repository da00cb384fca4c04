"""The people who work with the portal, and whose data they read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from services.enums.people import Role
from services.models import ReadingLogEntry, Resident, Township, User
from services.models.people import name_index_of
from services.rules.phones import parse_phone
from services.rules.refusal import Refused

CSV_HEAD = ("때", "사람", "부서", "무엇을", "대상", "시민 번호", "이유", "어디서")


def everybody() -> QuerySet[User]:
    """All accounts, open ones first, with what the list shows."""
    return User.objects.prefetch_related("groups").select_related("township").order_by("-is_active", "username")


@dataclass(frozen=True, slots=True)
class ReadingFilter:
    """Conditions of 접근 기록: one member of staff (or all) and days, both ends included."""

    first: date
    last: date
    user: User | None = None


def readings(wanted: ReadingFilter) -> QuerySet[ReadingLogEntry]:
    """What officers saw of whom in these days, newest first."""
    start = timezone.make_aware(datetime.combine(wanted.first, time.min))
    end = timezone.make_aware(datetime.combine(wanted.last + timedelta(days=1), time.min))
    found = ReadingLogEntry.objects.filter(at__gte=start, at__lt=end).select_related("user", "resident")
    if wanted.user:
        found = found.filter(user=wanted.user)
    return found.order_by("-at", "-pk")


def readings_csv_rows(wanted: ReadingFilter) -> Iterator[tuple[str, ...]]:
    """The list for the auditor's own sheet: residents by number, never by name."""
    for entry in readings(wanted).iterator(chunk_size=1000):
        yield (
            timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
            entry.who,
            entry.department,
            entry.action,
            f"{entry.subject_kind} {entry.subject_id}",
            str(entry.resident_id),
            entry.reason,
            entry.address or "",
        )


def find_residents(typed: str, *, user: User) -> list[Resident]:
    """Residents of this phone or exact name (by blind index) whom this member of staff may see, at most 50."""
    typed = " ".join(typed.split())
    if not typed:
        return []
    try:
        found = Resident.objects.with_phone(parse_phone(typed))
    except Refused:
        found = Resident.objects.filter(name_index=name_index_of(typed))
    return list(visible_to(user, found).select_related("township").order_by("pk")[:50])


def visible_to(user: User, residents: QuerySet[Resident]) -> QuerySet[Resident]:
    """A clerk with no other role sees the people of the own township and those whose township is not known yet."""
    if user.roles == {Role.TOWNSHIP_CLERK}:
        own: list[Township | None] = [user.township]
        return residents.filter(township__in=own) | residents.filter(township=None)
    return residents
