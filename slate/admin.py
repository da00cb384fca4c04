"""Reference data in Django's admin; no path around the actions."""

from django.contrib import admin

from slate.models import PastFigure, Programme, SupportRate, UnitPrice


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin[Programme]):
    list_display = ("year", "opens_on", "closes_on", "budget_won", "planned_buildings")


@admin.register(SupportRate)
class SupportRateAdmin(admin.ModelAdmin[SupportRate]):
    list_display = ("year", "work", "household", "mode", "cap_won", "full_area_m2", "confidence")
    list_filter = ("year", "work")


@admin.register(UnitPrice)
class UnitPriceAdmin(admin.ModelAdmin[UnitPrice]):
    list_display = ("work", "from_on", "won_per_m2", "confidence")


@admin.register(PastFigure)
class PastFigureAdmin(admin.ModelAdmin[PastFigure]):
    list_display = ("period", "what", "amount", "unit", "source", "published")
