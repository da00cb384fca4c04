"""The people who work with the portal, and whose data they read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from services.enums.people import ReadingReason, Role
from services.models import ReadingLogEntry, Resident, User
from services.models.notices import case_models, cases_seen_by
from services.models.people import name_index_of
from services.reports.people import Case, cases_of
from services.rules.phones import parse_phone
from services.rules.references import normalise_reference
from services.rules.refusal import Refused

OF_THE_CITY = {Role.CONSULTATION_OFFICER, Role.SLATE_OFFICER, Role.SLATE_APPROVER}
CSV_HEAD = ("때", "사람", "부서", "무엇을", "대상", "시민 번호", "무엇 때문에", "번호", "이유", "어디서")


def everybody() -> QuerySet[User]:
    """All accounts, open ones first, with what the list shows."""
    return User.objects.prefetch_related("groups").select_related("township").order_by("-is_active", "username")


@dataclass(frozen=True, slots=True)
class ReadingFilter:
    """Conditions of 접근 기록: days, both ends included, one member of staff (or all), why a record was opened."""

    first: date
    last: date
    user: User | None = None
    kind: str = ""


def readings(wanted: ReadingFilter) -> QuerySet[ReadingLogEntry]:
    """What officers saw of whom in these days, newest first."""
    start = timezone.make_aware(datetime.combine(wanted.first, time.min))
    end = timezone.make_aware(datetime.combine(wanted.last + timedelta(days=1), time.min))
    found = ReadingLogEntry.objects.filter(at__gte=start, at__lt=end).select_related("user", "resident")
    if wanted.user:
        found = found.filter(user=wanted.user)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
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
            str(ReadingReason(entry.kind).label) if entry.kind else "",
            entry.reference,
            entry.reason,
            entry.address or "",
        )


def find_residents(typed: str, *, user: User) -> list[Resident]:
    """Residents of this phone, exact name or village (by blind index) whom this member of staff may see, at most 50.

    The number of a case finds its person for everybody: who says it has it from them.
    """
    typed = " ".join(typed.split())
    if not typed:
        return []
    try:
        found = visible_to(user, Resident.objects.with_phone(parse_phone(typed)))
    except Refused:
        by_number = Resident.objects.filter(pk__in=_residents_of_case(typed))
        named = Resident.objects.filter(name_index=name_index_of(typed)) | Resident.objects.in_village(typed)
        found = by_number | visible_to(user, named)
    return list(found.select_related("township").order_by("pk")[:50])


def _residents_of_case(typed: str) -> list[int]:
    number = normalise_reference(typed)
    either = [number, number.replace("-", "")]  # a booking's is kept without its dash
    return [
        key
        for model in case_models()
        for key in model._default_manager.filter(reference__in=either).values_list("resident", flat=True)
    ]


def visible_to(user: User, residents: QuerySet[Resident]) -> QuerySet[Resident]:
    """A clerk sees the people of the own township, not those whom only they have put there; an officer the city's."""
    if not user.roles & OF_THE_CITY:
        return residents.filter(township=user.township_id or 0).exclude(township_by=user)
    return residents


def is_of_own_township(user: User, resident: Resident) -> bool:
    """Whether this member of staff may look at this person without the number of a case."""
    return visible_to(user, Resident.objects.filter(pk=resident.pk)).exists()


def cases_open_to(user: User, resident: Resident, *, and_also: str = "") -> list[Case]:
    """Of this person's cases those that this member of staff may see, and the one of the number `and_also`."""
    seen = cases_seen_by(user)
    return [
        case
        for case in cases_of([resident])
        if case.subject_kind not in seen
        or (and_also and case.reference == normalise_reference(and_also))
        or seen[case.subject_kind].filter(pk=case.subject_id).exists()
    ]


def alike(resident: Resident) -> list[Resident]:
    """People of the same name and birth date under another phone: perhaps the same person, which staff may ask."""
    if not resident.born_on:
        return []
    others = Resident.objects.filter(name_index=resident.name_index).exclude(pk=resident.pk).order_by("pk")
    return [other for other in others[:50] if other.born_on == resident.born_on]
