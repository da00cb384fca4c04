"""What free advice needs before somebody can book."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from consultations.models import Adviser, TimetableRule, Venue
from consultations.reports.offers import takes_bookings
from services.enums.people import Role
from services.reports.first_steps import FirstStep, FirstSteps


def steps() -> FirstSteps:
    """FIRST_STEP_SOURCES. Four queries."""
    today, who = timezone.localdate(), Role.CONSULTATION_OFFICER.label
    serving = Adviser.objects.filter(term_until__gte=today)
    reached = serving.filter(Q(user__is_active=True) | ~Q(phone="")).exists()
    return FirstSteps(
        "무료 상담",
        (
            FirstStep(
                "상담 장소가 있습니다.",
                who,
                Venue.objects.filter(is_active=True).exists(),
                reverse("consultations:staff_table_venues"),
            ),
            FirstStep(
                "임기 안에 있는 세무사나 변호사가 있고, 계정이나 휴대전화가 적혀 있습니다.",
                f"{who}, 전화와 계정은 {Role.ADMINISTRATOR.label}",
                reached,
                reverse("consultations:staff_table_advisers"),
            ),
            FirstStep(
                "상담 시간표가 있습니다.",
                who,
                TimetableRule.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today)).exists(),
                reverse("consultations:staff_table_timetable"),
            ),
            FirstStep(
                "예약을 받는 상담일이 있습니다(시간표대로 날마다 새벽에, 또는 '정례 상담일'에서 바로 만듭니다).",
                who,
                takes_bookings(),
            ),
        ),
    )
