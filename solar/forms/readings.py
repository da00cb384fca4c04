"""What a person types -> cleaned data."""

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from services.forms.fields import Form
from services.forms.offers import offer_choices, offer_rows
from solar.enums import Label, Unit, Zone
from solar.models import ImportBatch, Source
from solar.rules.files import INTERVALS, Mapping

ISO = ["%Y-%m-%d"]
WORDS_OF_INTERVALS = {60: "1분", 300: "5분", 600: "10분", 900: "15분", 1800: "30분", 3600: "1시간"}


FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


class PeriodForm(Form):
    """Which period of the public page."""

    period = forms.ChoiceField(choices=[(name, name) for name in ("day", "month", "year", "all")], required=False)
    on = forms.DateField(
        required=False, validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)], input_formats=ISO
    )
    year = forms.IntegerField(min_value=FIRST_DAY.year, max_value=LAST_DAY.year, required=False)
    month = forms.IntegerField(min_value=1, max_value=12, required=False)


class AnotherForm(Form):
    """Another day, month or year: a plain GET form that offers what has figures."""

    period = forms.CharField(widget=forms.HiddenInput)
    on = forms.DateField(label="날짜")
    year = forms.ChoiceField(label="해")
    month = forms.ChoiceField(label="달", choices=[(number, f"{number}월") for number in range(1, 13)])
    PARTS = MappingProxyType({"day": ("on",), "month": ("year", "month"), "year": ("year",), "all": ()})

    def __init__(self, period: str, shown: date, years: Sequence[int], newest: date) -> None:
        super().__init__(
            auto_id="another_%s",
            initial={"period": period, "on": shown, "year": shown.year, "month": shown.month},
        )
        offered = sorted({*years, shown.year}, reverse=True)
        offer_choices(self, "year", [(year, f"{year}년") for year in offered])
        ends = {"type": "date", "min": date(offered[-1], 1, 1).isoformat(), "max": newest.isoformat()}
        self.fields["on"].widget = forms.DateInput(format="%Y-%m-%d", attrs=ends)
        for name in {"on", "year", "month"} - set(self.PARTS[period]):
            del self.fields[name]


class UploadForm(Form):
    """A logger's file and the device that wrote it."""

    source = forms.ModelChoiceField(
        label="장치",
        queryset=Source.objects.none(),
        help_text="파일을 만든 인버터나 계량기를 골라 주세요.",
        error_messages={"required": "장치를 골라 주세요."},
    )
    file = forms.FileField(
        label="파일",
        help_text="CSV 파일, 10MB까지. 한글 파일(CP949)도 읽습니다.",
        error_messages={"required": "파일을 골라 주세요.", "empty": "빈 파일입니다. 다른 파일을 골라 주세요."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "source", Source.objects.exclude(kind="model").select_related("plant"))


class MappingForm(Form):
    """How the file is to be read: guessed, then confirmed by a person."""

    stamp_column = forms.TypedChoiceField(label="때가 적힌 칸", coerce=int)
    value_column = forms.TypedChoiceField(label="값이 적힌 칸", coerce=int)
    unit = forms.ChoiceField(label="값의 단위", choices=Unit.choices)
    interval_s = forms.TypedChoiceField(
        label="간격", coerce=int, choices=[(step, WORDS_OF_INTERVALS[step]) for step in INTERVALS]
    )
    label = forms.ChoiceField(label="시각이 뜻하는 것", choices=Label.choices)
    zone = forms.ChoiceField(
        label="시계", choices=Zone.choices, help_text="파일의 시각이 어느 곳의 시각인지 확인해 주세요."
    )

    def __init__(self, *args: Any, header: list[str], batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **({"initial": batch.mapping} | kwargs))
        columns = list(enumerate(header))
        offer_choices(self, "stamp_column", columns)
        offer_choices(self, "value_column", columns)

    @property
    def mapping(self) -> Mapping:
        return Mapping(**self.cleaned_data)


class ReportForm(Form):
    """A month to issue the report of."""

    year = forms.IntegerField(label="해", min_value=2000, max_value=2100)
    month = forms.IntegerField(label="달", min_value=1, max_value=12)
