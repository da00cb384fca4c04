"""Reference data in Django's admin; no path around the actions."""

from django.contrib import admin

from consultations.models import Adviser


@admin.register(Adviser)
class AdviserAdmin(admin.ModelAdmin[Adviser]):
    """The phone decides who opens an adviser's address: the administrator writes it, who can make no address."""

    list_display = ("name", "kind", "venue", "phone", "user", "term_from", "term_until")
    list_filter = ("kind",)
    list_select_related = ("venue", "user")
    search_fields = ("name", "office")
    exclude = ("is_demo",)
