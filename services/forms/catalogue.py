"""What staff write on service pages and in today's notices, and what citizens look for."""

from typing import Any

from django import forms

from services.forms.fields import Form, ModelForm
from services.forms.versions import VersionForm
from services.forms.widgets import DAY
from services.models import Announcement, ServicePage
from services.rules.search import LONGEST_QUERY


class SearchForm(Form):
    """One box; anything may be typed."""

    q = forms.CharField(
        label="찾는 말",
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "maxlength": LONGEST_QUERY, "enterkeyhint": "search", "autocomplete": "off"}
        ),
    )


class ServicePageForm(VersionForm, ModelForm[ServicePage]):
    """Everything on a service page that staff may change; the form remembers which version they read."""

    class Meta:
        model = ServicePage
        fields = [
            "title",
            "summary",
            "group",
            "order",
            "audience",
            "bring",
            "duration",
            "cost",
            "place",
            "facts",
            "phone",
            "legal_basis",
            "schedule",
            "opens_on",
            "closes_on",
            "keywords",
            "source",
            "is_shown",
        ]
        widgets = {"opens_on": DAY, "closes_on": DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version


class AnnouncementForm(ModelForm[Announcement]):
    """A notice for some days."""

    class Meta:
        model = Announcement
        fields = ["text", "shown_from", "shown_until", "page"]
        widgets = {"shown_from": DAY, "shown_until": DAY, "text": forms.Textarea(attrs={"rows": 2})}
