"""What staff write about a holiday."""

from django import forms

from services.enums.calendar import HolidayKind
from services.forms.fields import Form
from services.forms.widgets import DAY


class HolidayForm(Form):
    """A day that becomes a holiday, or stops being one."""

    day = forms.DateField(label="날짜", widget=DAY)
    name = forms.CharField(label="이름", max_length=60)
    kind = forms.ChoiceField(label="종류", choices=HolidayKind, initial=HolidayKind.TEMPORARY)
    is_cancelled = forms.BooleanField(label="이날은 쉬지 않습니다(공휴일에서 뺍니다)", required=False)
    counts_for_power_tariff = forms.BooleanField(label="전기요금에서도 공휴일입니다", required=False)
    source = forms.CharField(label="근거", max_length=200, help_text="예: 대통령령 제00000호, 관보 날짜")
