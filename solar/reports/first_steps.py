"""What solar needs before its readings come by themselves."""

from django.urls import reverse

from services.enums.people import Role
from services.reports.first_steps import FirstStep, FirstSteps
from solar.enums import SourceKind
from solar.models import ApiKey, Plant, Source


def steps() -> FirstSteps:
    """FIRST_STEP_SOURCES. Four queries."""
    who = Role.ENERGY_MANAGER.label
    devices = Source.objects.exclude(kind=SourceKind.MODEL)
    assumed = Plant.objects.filter(tariff_is_assumed=True).exists()
    return FirstSteps(
        "시 건물 태양광",
        (
            FirstStep(
                "모든 설비의 계약종별을 고지서로 확인했습니다.",
                who,
                Plant.objects.exists() and not assumed,
                reverse("solar:staff_table_plants"),
            ),
            FirstStep("계측 장치가 있습니다.", who, devices.exists(), reverse("solar:staff_table_sources")),
            FirstStep("쓰는 장치 열쇠가 있습니다.", who, ApiKey.objects.valid().exists(), reverse("solar:staff_keys")),
            FirstStep("장치에서 자료가 왔습니다.", who, devices.filter(last_on__isnull=False).exists()),
        ),
    )
