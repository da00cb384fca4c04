"""What staff write about a year of the slate subsidy, its rates, prices and published figures."""

from typing import ClassVar

from django import forms

from services.enums.people import Role
from services.forms.tables import RowForm, ScaledField, staff_field
from slate.enums import Household
from slate.models import PastFigure, Programme, SupportRate, UnitPrice

MONEY = frozenset({Role.SLATE_APPROVER, Role.ADMINISTRATOR})


class ProgrammeForm(RowForm[Programme]):
    """A year: the officer writes dates, periods and texts, the approver the money."""

    guarded: ClassVar = dict.fromkeys(
        (
            "year",
            "planned_buildings",
            "budget_won",
            "national_bp",
            "province_bp",
            "shares_source",
            "shares_confidence",
            "vulnerable_households",
        ),
        MONEY,
    )
    national_bp = ScaledField(scale=100, decimal_places=2, max_value=100, label="국비(%)")
    province_bp = ScaledField(
        scale=100, decimal_places=2, max_value=100, label="도비(%)", help_text="나머지는 시비입니다."
    )
    vulnerable_households = forms.MultipleChoiceField(
        label="취약계층으로 지원하는 가구",
        choices=[one for one in Household.choices if one[0] not in (Household.GENERAL, Household.UNKNOWN)],
        initial=[Household.BASIC_LIVELIHOOD, Household.NEAR_POOR],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Programme
        fields = [
            "year",
            "opens_on",
            "closes_on",
            "planned_buildings",
            "budget_won",
            "source",
            "national_bp",
            "province_bp",
            "shares_source",
            "shares_confidence",
            "vulnerable_households",
            "default_area_m2",
            "first_answer_days",
            "supply_days",
            "objection_days",
            "objection_answer_days",
            "objection_extend_days",
            "department",
            "phone",
            "legal_basis",
            "tribunal",
            "court",
            "retention",
            "contractor_retention",
            "terms_source",
            "terms_confidence",
        ]
        formfield_callback = staff_field
        help_texts = {
            "closes_on": "비워 두면 예산이 남아 있는 동안 받습니다.",
            "budget_won": "발표한 금액. 쓸 수 있는 돈은 '예산'에서 배정합니다.",
        }


class SupportRateForm(RowForm[SupportRate]):
    """How much the city pays for one kind of work and household in a year."""

    class Meta:
        model = SupportRate
        fields = ["year", "work", "household", "mode", "cap_won", "full_area_m2", "note", "source", "confidence"]
        formfield_callback = staff_field


class UnitPriceForm(RowForm[UnitPrice]):
    """The price of a square metre from a day on."""

    class Meta:
        model = UnitPrice
        fields = ["work", "from_on", "won_per_m2", "source", "confidence"]
        formfield_callback = staff_field


class PastFigureForm(RowForm[PastFigure]):
    """A published figure, as it was published."""

    class Meta:
        model = PastFigure
        fields = ["period", "what", "amount", "unit", "source", "published", "note", "order"]
        formfield_callback = staff_field
