"""What the slate subsidy needs before somebody can apply and be granted something."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from services.enums.people import Role
from services.reports.first_steps import FirstStep, FirstSteps
from slate.enums import Work
from slate.models import BudgetLine, Programme, SupportRate, UnitPrice


def steps() -> FirstSteps:
    """FIRST_STEP_SOURCES. Four queries."""
    today, who = timezone.localdate(), Role.SLATE_APPROVER.label
    coming = Programme.objects.filter(Q(closes_on__isnull=True) | Q(closes_on__gte=today)).order_by("-year").first()
    has_rates = coming is not None and SupportRate.objects.filter(year=coming.year).exists()
    priced = set(UnitPrice.objects.order_by("work").values_list("work", flat=True).distinct())
    has_money = coming is not None and BudgetLine.objects.filter(programme=coming, allotted_won__gt=0).exists()
    return FirstSteps(
        "슬레이트 지원",
        (
            FirstStep(
                "신청을 받는 사업연도가 있습니다.", who, coming is not None, reverse("slate:staff_table_programmes")
            ),
            FirstStep("그해의 지원 기준이 있습니다.", who, has_rates, reverse("slate:staff_table_rates")),
            FirstStep(
                "집과 창고의 단가가 있습니다.",
                who,
                {Work.HOUSE, Work.OUTBUILDING, Work.REROOFING} <= priced,
                reverse("slate:staff_table_prices"),
            ),
            FirstStep("그해의 예산을 배정했습니다('예산').", who, has_money),
        ),
    )
