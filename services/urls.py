"""The ground floor's pages."""

from django.urls import include, path

from services.views import catalogue, consents, display, documents, people, steps

app_name = "services"
urlpatterns = [
    path("", catalogue.home, name="home"),
    path("services/catalogue/", catalogue.catalogue, name="catalogue"),
    path("services/catalogue/<slug:slug>/", catalogue.service_page, name="service_page"),
    path("services/search/", catalogue.search, name="search"),
    path("services/announcements/", catalogue.announcements, name="announcements"),
    path("services/display/", display.display, name="display"),
    path("services/display/save", display.display_save, name="display_save"),
    path("services/accessibility/", display.accessibility, name="accessibility"),
    path("services/privacy/", display.privacy, name="privacy"),
    path("services/guide/", display.guide, name="guide"),
    path("my/", people.my, name="my"),
    path("my/start/", people.my_start, name="my_start"),
    path("my/code/puzzle/", people.code_puzzle, name="code_puzzle"),
    path("my/code/", people.verify_code, name="verify_code"),
    path("my/code/fate/", people.code_fate, name="code_fate"),
    path("my/code/again/", people.verify_again, name="verify_again"),
    path("my/number/", people.my_reference, name="my_reference"),
    path("my/case/", people.my_case, name="my_case"),
    path("my/drafts/<uuid:key>/", steps.my_draft, name="my_draft"),
    path("my/data/", people.my_data, name="my_data"),
    path("my/consents/", consents.my_consents, name="my_consents"),
    path("my/consents/<int:consent_id>/", consents.my_consent, name="my_consent"),
    path("my/readings/", people.my_readings, name="my_readings"),
    path("my/leave/", people.my_leave, name="my_leave"),
    path("services/documents/<str:token>", documents.document, name="document"),
    path("staff/", include("services.staff_urls")),
]
