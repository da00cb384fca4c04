"""Staff: the years of the slate subsidy, their rates, prices and published figures, kept without code."""

from services.enums.people import Role
from services.staff_views.tables import Table
from slate.forms.tables import PastFigureForm, ProgrammeForm, SupportRateForm, UnitPriceForm
from slate.models import PastFigure, Programme, SupportRate, UnitPrice

PROGRAMMES = Table(
    page="slate:staff_table_programmes",
    title="사업연도",
    intro="언제 신청을 받고, 돈을 어디서 내고, 언제까지 답하는지를 해마다 정합니다.",
    form=ProgrammeForm,
    columns=("year", "opens_on", "closes_on", "planned_buildings", "budget_won", "national_bp", "province_bp"),
    rows=lambda: Programme.objects.order_by("-year"),
    links=(("예산 배정하기", "slate:staff_budget", Role.SLATE_APPROVER),),
)
RATES = Table(
    page="slate:staff_table_rates",
    title="지원 기준",
    intro="해마다 어떤 일에 어떤 가구를 얼마까지 지원하는지입니다. 그해에 결정한 신청이 있으면 고치지 않습니다.",
    form=SupportRateForm,
    columns=("year", "work", "household", "mode", "cap_won", "full_area_m2", "confidence"),
    rows=lambda: SupportRate.objects.order_by("-year", "work", "household", "pk"),
)
PRICES = Table(
    page="slate:staff_table_prices",
    title="단가",
    intro="1m²에 얼마인지입니다. 적은 날부터 셈하고, 다음 단가가 시작되면 끝납니다.",
    form=UnitPriceForm,
    columns=("work", "from_on", "won_per_m2", "source", "confidence"),
    rows=lambda: UnitPrice.objects.order_by("work", "-from_on", "pk"),
)
FIGURES = Table(
    page="slate:staff_table_figures",
    title="발표한 숫자",
    intro="시민에게 출처와 함께 보여드리는 숫자입니다. 발표마다 다르면 고치지 않고 나란히 적습니다.",
    form=PastFigureForm,
    columns=("period", "what", "amount", "unit", "source", "published"),
    rows=lambda: PastFigure.objects.order_by("order", "pk"),
)
TABLES = (PROGRAMMES, RATES, PRICES, FIGURES)
