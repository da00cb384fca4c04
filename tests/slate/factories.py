"""Programmes, applications and people of the slate subsidy, named by intention."""

import datetime as dt
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from services.enums.documents import MediaType, ScanState
from services.enums.people import Role
from services.models import Document, Township, User
from services.rules.history import Actor
from slate.actions import casework, intake, money
from slate.enums import CheckItem, ConsentKind, Household, PaperKind, PhotoKind, RefusalReason, Work
from slate.models import Application, Programme
from slate.reports.evidence import LookUp

BY = Actor.system("test")
_numbers = count(1)


def programme_of_2020(**fields) -> Programme:
    """The year of the announcement, open; the shares are an assumption for tests."""
    values: dict[str, Any] = {
        "year": 2020,
        "opens_on": dt.date(2020, 1, 2),
        "national_bp": 5000,
        "province_bp": 1000,
        "shares_source": "가정",
        "shares_confidence": "assumption",
        "budget_won": 1_400_000_000,
    }
    return Programme.objects.create(**values | fields)


def staff(*roles: Role, **fields) -> User:
    from django.contrib.auth.models import Group

    number = next(_numbers)
    fields = {"display_name": f"시연 담당{number}"} | fields
    user = User.objects.create(username=f"slate{number}", **fields)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def new_part(**fields) -> intake.NewPart:
    values: dict[str, Any] = {
        "kind": "house",
        "in_use": "lived_in",
        "in_register": "yes",
        "slate_place": "roof",
        "is_overlaid": "no",
        "area_m2": Decimal(170),
    }
    return intake.NewPart(**values | fields)


CONSENTS = dict.fromkeys(ConsentKind.values, True)


def new_application(**fields) -> intake.NewApplication:
    """Somebody in Mangyeong-eup with one house of 170 m2; another address and phone each time."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": "시연 김만경",
        "phone": f"+8210{12340000 + number}",
        "born_on": "1945-03-09",
        "township": Township.objects.get(name="만경읍"),
        "address": f"시연리 {number}",
        "household": Household.GENERAL,
        "ownership": "owner",
        "owner_agreed": True,
        "consents": CONSENTS,
        "parts": [new_part()],
    }
    return intake.NewApplication(**values | fields)


def submitted(programme: Programme, **fields) -> Application:
    return intake.submit(programme, new_application(**fields), by=BY)


def being_checked(programme: Programme, officer: User, **fields) -> Application:
    application = submitted(programme, **fields)
    with_papers(application, *PhotoKind.values)
    if application.owner_due_on:
        with_papers(application, PaperKind.OWNER)
    casework.assign([application.pk], officer, by=officer.actor)
    application.refresh_from_db()
    return application


def with_papers(application: Application, *kinds: str) -> None:
    """Papers of these kinds, as rows; the files are not there."""
    for kind in kinds:
        number = next(_numbers)
        Document.objects.create(
            subject_kind="slate.application",
            subject_id=str(application.pk),
            kind=kind,
            resident=application.resident,
            name=f"{kind}.jpg",
            media_type=MediaType.JPEG,
            size=1,
            sha256=f"{number:064d}",
            original_path=f"none/{number}",
            scan=ScanState.CLEAN,
            actor_kind=BY.kind,
            actor_key=BY.key,
        )


def checks(household: Household = Household.GENERAL, **fields) -> casework.Checks:
    """Everything confirmed, the household's proof seen today and valid for half a year."""
    values: dict[str, Any] = {
        "checked": list(CheckItem),
        "household": household,
        "verified_on": timezone.localdate(),
        "valid_until": timezone.localdate() + dt.timedelta(days=180),
        "look_ups": look_ups(),
    }
    return casework.Checks(**values | fields)


REGISTER = "건축물대장"
LOOKED_UP = {  # the same, as an officer types it
    "owner_where": REGISTER,
    "owner_number": "2020-17",
    "owner_on": "2020-02-25",
    "not_supported_where": "슬레이트 지원 대장",
    "not_supported_on": "2020-02-25",
    "household_where": "행정정보 공동이용",
}


def look_ups() -> dict[CheckItem, LookUp]:
    """Owner, earlier support and household looked up today."""
    today = timezone.localdate()
    return {
        CheckItem.OWNER: LookUp(REGISTER, today, "2020-17"),
        CheckItem.NOT_SUPPORTED: LookUp("슬레이트 지원 대장", today),
        CheckItem.HOUSEHOLD: LookUp("행정정보 공동이용", today),
    }


def eligible(programme: Programme, officer: User, **fields) -> Application:
    application = being_checked(programme, officer, **fields)
    return casework.confirm(application.pk, checks(Household(application.household)), by=officer.actor)


def proposed(programme: Programme, officer: User, **fields) -> Application:
    """Laid before the approver."""
    application = eligible(programme, officer, **fields)
    return casework.propose_approval(application.pk, by=officer.actor)


def refusal_proposed(programme: Programme, officer: User, **fields) -> Application:
    application = being_checked(programme, officer, **fields)
    return casework.propose_refusal(
        application.pk,
        code=RefusalReason.NOT_SLATE,
        sentence="현장에서 확인해 보니 지붕과 벽에 슬레이트가 없습니다.",
        by=officer.actor,
    )


def with_money(programme: Programme, work: Work, amount_won: int) -> None:
    money.allot(programme.pk, work, amount_won, by=staff(Role.SLATE_APPROVER).actor, note="시험")


def seen(*applications: Application) -> dict[int, int]:
    """Each with the version that a page has just shown."""
    return {application.pk: application.version for application in applications}
