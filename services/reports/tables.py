"""A row of reference data in words, for lists and for its history."""

from datetime import date, time
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models

from services.models.tables import TableRow

NOTHING = "없음"


def label_of(model: type[models.Model], name: str) -> str:
    """The Korean name of a field."""
    return str(getattr(model._meta.get_field(name), "verbose_name", name))


def shown(row: TableRow, name: str) -> str:
    """The value of one field as people read it; units go by the ending of its name (_won, _bp, _w)."""
    field = row._meta.get_field(name)
    if isinstance(field, models.ManyToManyField):
        return ", ".join(str(one) for one in getattr(row, name).all()) or NOTHING
    if isinstance(field, ArrayField):
        labels = dict(field.base_field.flatchoices)
        return ", ".join(str(labels.get(one, one)) for one in getattr(row, name)) or NOTHING
    display = getattr(row, f"get_{name}_display", None)
    return _words(display() if display else getattr(row, name), name)


def _words(value: object, name: str) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "예" if value else "아니요"
    if isinstance(value, int) and name.endswith("_won"):
        return f"{value:,}원"
    if isinstance(value, int) and name.endswith("_bp"):
        return f"{value / 100:g}%"
    if isinstance(value, int) and name.endswith("_w"):
        return f"{value / 1000:g}kW"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return str(value)
