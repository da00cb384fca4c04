"""Controls that Django does not have: a date in three boxes, choices with a sentence of their own."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.forms.fields import told
from services.rules import birthdays

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})  # for staff; the browser's own calendar


class DatePartsWidget(forms.MultiWidget):
    """Three boxes, year, month and day: older people know the date by heart and calendars by nobody."""

    template_name = "components/_date_parts.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, *, is_birthday: bool = False) -> None:
        parts = ("year", "month", "day")
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {}
        for part, size in zip(parts, (4, 2, 2), strict=True):
            extra = {
                "inputmode": "numeric",
                "maxlength": size,
                "autocomplete": f"bday-{part}" if is_birthday else "off",
            }
            widgets[part] = forms.TextInput(attrs=extra)
        super().__init__(widgets, attrs)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, str) and value:
            value = dt.date.fromisoformat(value)
        return [value.year, value.month, value.day] if value else ["", "", ""]


class DatePartsField(forms.MultiValueField):
    """A date typed as year, month and day: a birthday, or another day."""

    default_error_messages = {
        "required": _("날짜가 비어 있습니다. 년, 월, 일을 적어 주세요."),
        "incomplete": _("년, 월, 일 가운데 빠진 칸이 있습니다. 세 칸을 모두 적어 주세요."),
    }

    def __init__(self, *, is_birthday: bool = False, **kwargs: Any) -> None:
        self.is_birthday = is_birthday
        fields = [forms.CharField() for _part in range(3)]
        kwargs.setdefault("widget", DatePartsWidget(is_birthday=is_birthday))
        super().__init__(fields=fields, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> dt.date | None:
        if not data_list:
            return None
        rule = birthdays.parse_birthday if self.is_birthday else birthdays.parse_day
        return told(rule, *data_list, today=timezone.localdate())


class RadioCards(forms.RadioSelect):
    """Radio buttons as cards; `hints` says more about a choice, `closed` names choices that cannot be taken."""

    def __init__(self, *args: Any, hints: dict[Any, Any] | None = None, closed: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = hints or {}
        self.closed = set(closed)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        key = getattr(value, "value", value)
        option["hint"] = self.hints.get(key, "")
        if key in self.closed:
            option["attrs"]["disabled"] = True
        return option
