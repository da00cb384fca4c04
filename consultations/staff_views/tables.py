"""Staff: where, when and with whom free advice is held, kept without code."""

from django.conf import settings

from consultations.forms.tables import AdviserForm, TimetableRuleForm, VenueForm
from consultations.models import Adviser, TimetableRule, Venue
from services.enums.people import Role
from services.staff_views.tables import Column, Table

VENUES = Table(
    page="consultations:staff_table_venues",
    title="상담 장소",
    intro="시민이 보는 주소, 방, 지도와 주차 안내입니다. 쓰는 곳에서만 새 상담일을 만듭니다.",
    form=VenueForm,
    columns=("name", "township", "address", "room", "wheelchair", "parking", "is_active"),
    rows=lambda: Venue.objects.select_related("township").order_by("order", "name", "pk"),
)
TIMETABLE = Table(
    page="consultations:staff_table_timetable",
    title="상담 시간표",
    intro=f"이 시간표대로 날마다 새벽에 {settings.CONSULTATION_MONTHS_AHEAD}달 앞까지 정례 상담일을 만듭니다. "
    "공휴일에는 만들지 않습니다.",
    form=TimetableRuleForm,
    columns=(
        Column("언제", str),
        "opens_at",
        "closes_at",
        Column("장소", lambda rule: f"{len(rule.venues.all())}곳"),
        "valid_from",
        "valid_until",
        "source",
    ),
    rows=lambda: TimetableRule.objects.prefetch_related("venues").order_by("-valid_from", "kind", "nth", "pk"),
    links=(("정례 상담일 만들기", "consultations:staff_clinic_days", Role.CONSULTATION_OFFICER),),
)
ADVISERS = Table(
    page="consultations:staff_table_advisers",
    title="세무사·변호사",
    intro="임기 안에 있는 분만 상담일에 앉습니다. 전화번호와 계정은 관리자만 적습니다.",
    form=AdviserForm,
    columns=("name", "kind", "venue", "office", "term_from", "term_until"),
    rows=lambda: Adviser.objects.select_related("venue").order_by("-term_until", "kind", "name", "pk"),
)
TABLES = (VENUES, TIMETABLE, ADVISERS)
"""In the order of the menu; addresses and menu follow from it."""
