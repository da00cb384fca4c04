"""Citizens' pages and API paths; staff paths are included."""

from django.urls import URLPattern, URLResolver, include, path

from services.views.steps import paths
from slate.views import application, mine, public

app_name = "slate"
urlpatterns: list[URLPattern | URLResolver] = [
    path("slate/", public.start, name="start"),
    path("slate/check/", public.check, name="check"),
    *paths(application.APPLICATION),
    path("slate/apply/done/", application.application_done, name="application_done"),
    path("slate/applications/<str:reference>/", mine.application, name="application"),
    path("slate/applications/<str:reference>/supply/", mine.application_supply, name="application_supply"),
    path("slate/applications/<str:reference>/owner-consent/", mine.application_consent, name="application_consent"),
    path("slate/applications/<str:reference>/withdraw/", mine.application_withdraw, name="application_withdraw"),
    path("slate/applications/<str:reference>/decision/", mine.decision, name="decision"),
    path("slate/applications/<str:reference>/decision.pdf", mine.decision_pdf, name="decision_pdf"),
    path("staff/slate/", include("slate.staff_urls")),
]
