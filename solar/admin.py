"""Reference data in Django's admin; no path around the actions."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from solar.models import (
    ApiKey,
    ChargeRate,
    EmissionFactor,
    Plant,
    PlantGroup,
    Source,
    TariffClass,
    TariffRate,
    TimeBands,
)

admin.site.register([PlantGroup, TariffClass, TimeBands, ChargeRate, EmissionFactor])


@admin.register(Plant)
class PlantAdmin(admin.ModelAdmin[Plant]):
    list_display = ["name", "capacity_w", "year", "tariff_class"]
    list_select_related = ["tariff_class"]


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin[Source]):
    list_display = ["name", "plant", "kind", "unit", "interval_s", "last_on"]
    list_select_related = ["plant"]


@admin.register(TariffRate)
class TariffRateAdmin(admin.ModelAdmin[TariffRate]):
    list_display = ["tariff_class", "valid_from", "valid_to", "confidence"]
    list_filter = ["tariff_class"]


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin[ApiKey]):
    """A new key's secret is shown once, right after it was made."""

    list_display = ["name", "plant", "prefix", "created_at", "revoked_at"]

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: FBT001
        if not change:
            secret, obj.prefix, obj.key_hash = ApiKey.new_secret()
            messages.warning(request, f"장치 열쇠: {secret} 지금 한 번만 보입니다. 장치에 적어 두세요.")
        super().save_model(request, obj, form, change)
