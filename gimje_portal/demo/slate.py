"""Demonstration slate subsidy: a running year with the amounts of 2020, and forty applications of 시연 people."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from services.actions import documents
from services.enums.people import Role
from services.models import Township, User
from services.rules.history import Actor
from slate import rules
from slate.actions import casework, decisions, intake, money
from slate.enums import CheckItem, Confidence, ConsentKind, Household, Needed, PhotoKind, RefusalReason, Work
from slate.models import Application, Programme, SupportRate
from slate.reports.evidence import LookUp

BY = Actor.system("demo")
ANNOUNCED = 2020  # the last year of which the city's own figures are known (slate/data/past_figures.csv)
SHARES = (
    "국비·도비·시비의 비율과 일별 나눔은 김제시가 발표하지 않았습니다. 다른 시의 50/10/40을 시연을 위해 가정했습니다."
)
SOURCE = "시연을 위한 가정: 2020년 2월에 발표한 금액을 올해에 옮겼습니다."
# The sum is the announcement's 1.4 billion won; how it is divided by kind of work is an assumption.
ALLOTMENTS = {Work.HOUSE: 1_204_000_000, Work.OUTBUILDING: 68_800_000, Work.REROOFING: 127_200_000}
FIGURES = {
    "planned_buildings": 400,
    "budget_won": 1_400_000_000,
    "national_bp": 5000,
    "province_bp": 1000,
    "shares_source": SHARES,
    "shares_confidence": Confidence.ASSUMPTION,
}
FAMILY, GIVEN = "김이박최정강조윤", ("만경", "백산", "청하", "공덕", "용지", "진봉", "금산", "봉남", "죽산", "부량")
APPLICATIONS = 40


def load() -> None:
    """Add the programme, its money and its applications; nothing is added twice."""
    _history()
    programme = _programme(timezone.localdate().year)
    officer = User.objects.get(username=Role.SLATE_OFFICER.value)
    approver = User.objects.get(username=Role.SLATE_APPROVER.value)
    if not programme.lines.exists():
        for work, amount in ALLOTMENTS.items():
            money.allot(
                programme.pk, work, amount, by=approver.actor, note="2020년에 발표한 예산을 옮김(시연을 위한 가정)"
            )
    if not Application.objects.exists():  # once: next year these buildings have been supported
        for number in range(APPLICATIONS):
            _case(programme, number, officer, approver)


def _history() -> None:
    """The year of the announcement, closed, with its real figures."""
    Programme.objects.get_or_create(
        year=ANNOUNCED,
        defaults=FIGURES
        | {
            "opens_on": date(ANNOUNCED, 1, 2),
            "closes_on": date(ANNOUNCED, 12, 31),
            "source": "김제시 발표, 2020년 2월",
        },
    )


def _programme(year: int) -> Programme:
    """The running year; where nobody knows its rates yet, those of the latest year that are known."""
    programme, _ = Programme.objects.get_or_create(
        year=year, defaults=FIGURES | {"opens_on": date(year, 1, 1), "source": SOURCE}
    )
    if not SupportRate.objects.filter(year=year).exists():
        latest = SupportRate.objects.filter(year__lt=year).order_by("-year")[0].year
        for rate in SupportRate.objects.filter(year=latest).order_by("pk"):
            rate.pk, rate.year, rate.source, rate.confidence = (
                None,
                year,
                f"{latest}년 기준을 옮김",
                Confidence.ASSUMPTION,
            )
            rate.save(force_insert=True)
    return programme


def _case(programme: Programme, number: int, officer: User, approver: User) -> None:
    """One application, as far along as its number says."""
    application = intake.submit(programme, _new(number), by=BY)
    stage = number % 8
    if stage == 0:
        return
    casework.assign([application.pk], officer, by=officer.actor)
    if stage == 1:
        return
    if stage == 2:
        items = [Needed.PHOTOS, Needed.OWNER_CONSENT]
        casework.request_more(application.pk, items=items, note="", by=officer.actor)
        return
    if stage == 3:
        _refusal(application, officer, approver, is_decided=number % 16 == 3)
        return
    resident = application.resident
    for kind in PhotoKind:
        documents.accept(_picture(kind), subject=application, kind=kind, by=resident.actor, resident=resident)
    checks = casework.Checks(
        checked=list(CheckItem),
        household=Household(application.household),
        verified_on=timezone.localdate(),
        valid_until=timezone.localdate() + timedelta(days=180),
        look_ups={
            CheckItem.OWNER: LookUp("건축물대장", timezone.localdate(), f"시연-{number + 1:04d}"),
            CheckItem.NOT_SUPPORTED: LookUp("슬레이트 지원 대장", timezone.localdate()),
            CheckItem.HOUSEHOLD: LookUp("행정정보 공동이용", timezone.localdate(), f"시연-{number + 1:04d}"),
        },
    )
    casework.confirm(application.pk, checks, by=officer.actor)
    if stage == 4:
        return
    casework.propose_approval(application.pk, by=officer.actor)
    if stage > 5:
        decisions.approve(application.pk, by=approver.actor)


def _refusal(application: Application, officer: User, approver: User, *, is_decided: bool) -> None:
    code = RefusalReason.NOT_SLATE
    sentence = rules.REASON_SENTENCES[code][0]
    casework.propose_refusal(application.pk, code=code, sentence=sentence, by=officer.actor)
    if is_decided:
        decisions.refuse(application.pk, by=approver.actor)


def _picture(kind: PhotoKind) -> SimpleUploadedFile:
    """A drawing of a house in place of a photo; each view has its own colour of sky."""
    sky = {"whole": "#cfe3f5", "close": "#d9d9d9", "back": "#dcecd2", "road": "#f3e6cf"}[kind]
    picture = Image.new("RGB", (320, 240), sky)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((70, 120, 250, 210), fill="#efe9dc", outline="#5f5648")
    draw.polygon([(50, 120), (160, 60), (270, 120)], fill="#8f9499", outline="#4d5156")
    data = BytesIO()
    picture.save(data, "JPEG", quality=80)
    return SimpleUploadedFile(f"{kind.label}.jpg", data.getvalue(), content_type="image/jpeg")


def _new(number: int) -> intake.NewApplication:
    townships = list(Township.objects.order_by("order"))
    households = [Household.GENERAL, Household.NEAR_POOR, Household.BASIC_LIVELIHOOD, Household.OTHER_PRIORITY]
    household = households[number % 4]
    is_poor = household in (Household.NEAR_POOR, Household.BASIC_LIVELIHOOD)
    parts = [_part("house", "lived_in", 80 + number * 7 % 110, wants_reroofing=is_poor and number % 3 == 0)]
    if number % 5 == 0:
        parts.append(_part("barn", "used", 40 + number % 30))
    return intake.NewApplication(
        name=f"시연 {FAMILY[number % 8]}{GIVEN[number % 10]}",
        phone=f"+8210{55500000 + number}",
        born_on=f"{1936 + number % 40}-03-09",
        township=townships[number % len(townships)],
        address=f"시연리 {number + 1}",
        household=household,
        ownership="owner",
        owner_agreed=True,
        consents=dict.fromkeys(ConsentKind.values, True),
        parts=parts,
    )


def _part(kind: str, in_use: str, area_m2: int, *, wants_reroofing: bool = False) -> intake.NewPart:
    return intake.NewPart(
        kind=kind,
        in_use=in_use,
        in_register="yes",
        slate_place="roof",
        is_overlaid="no",
        area_m2=Decimal(area_m2),
        built_year=1972,
        wants_reroofing=wants_reroofing,
    )
