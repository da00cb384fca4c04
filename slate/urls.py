"""Citizens' pages and API paths; staff paths are included."""

from django.urls import URLPattern, URLResolver, include, path

from slate.views import application, mine, public

app_name = "slate"
urlpatterns: list[URLPattern | URLResolver] = [
    path("slate/", public.start, name="start"),
    path("slate/check/", public.check, name="check"),
    path("slate/apply/address/", application.application_address, name="application_address"),
    path("slate/apply/parts/", application.application_parts, name="application_parts"),
    path("slate/apply/part/", application.application_part, name="application_part"),
    path("slate/apply/part/remove/", application.application_part_remove, name="application_part_remove"),
    path("slate/apply/roof/", application.application_roof, name="application_roof"),
    path("slate/apply/household/", application.application_household, name="application_household"),
    path("slate/apply/photos/", application.application_photos, name="application_photos"),
    path("slate/apply/photos/<int:pk>/remove/", application.application_photo_remove, name="application_photo_remove"),
    path("slate/apply/owner/", application.application_owner, name="application_owner"),
    path("slate/apply/contact/", application.application_contact, name="application_contact"),
    path("slate/apply/consents/", application.application_consents, name="application_consents"),
    path("slate/apply/check/", application.application_check, name="application_check"),
    path("slate/apply/done/", application.application_done, name="application_done"),
    path("slate/applications/<str:reference>/", mine.application, name="application"),
    path("slate/applications/<str:reference>/supply/", mine.application_supply, name="application_supply"),
    path("slate/applications/<str:reference>/withdraw/", mine.application_withdraw, name="application_withdraw"),
    path("slate/applications/<str:reference>/decision/", mine.decision, name="decision"),
    path("slate/applications/<str:reference>/decision.pdf", mine.decision_pdf, name="decision_pdf"),
    path("staff/slate/", include("slate.staff_urls")),
]
