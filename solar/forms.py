"""What a person types -> cleaned data."""

from typing import Any

from django import forms

from solar.enums import Label, Unit, Zone
from solar.models import ImportBatch, Source
from solar.rules.files import INTERVALS, Mapping

WORDS_OF_INTERVALS = {60: "1분", 300: "5분", 600: "10분", 900: "15분", 1800: "30분", 3600: "1시간"}


class PeriodForm(forms.Form):
    """Which period of the public page."""

    period = forms.ChoiceField(choices=[(name, name) for name in ("today", "month", "year", "all")], required=False)
    year = forms.IntegerField(min_value=2000, max_value=2100, required=False)
    month = forms.IntegerField(min_value=1, max_value=12, required=False)


class UploadForm(forms.Form):
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
        self.fields["source"].queryset = Source.objects.exclude(kind="model").select_related("plant")  # type: ignore[attr-defined]


class MappingForm(forms.Form):
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
        self.fields["stamp_column"].choices = columns  # type: ignore[attr-defined]
        self.fields["value_column"].choices = columns  # type: ignore[attr-defined]

    @property
    def mapping(self) -> Mapping:
        return Mapping(**self.cleaned_data)


class ReportForm(forms.Form):
    """A month to issue the report of."""

    year = forms.IntegerField(label="해", min_value=2000, max_value=2100)
    month = forms.IntegerField(label="달", min_value=1, max_value=12)
