"""Citizens' pages and API paths; staff paths are included."""

from django.urls import URLPattern, URLResolver, include, path

from solar import api, views

app_name = "solar"
urlpatterns: list[URLPattern | URLResolver] = [
    path("solar/", views.public, name="public"),
    path("solar/data.csv", views.public_csv, name="public_csv"),
    path("solar/plants/<slug:slug>/", views.plant, name="plant"),
    path("solar/reports/<month:month>.pdf", views.report_pdf, name="report_pdf"),
    path("solar/reports/<month:month>.xlsx", views.report_xlsx, name="report_xlsx"),
    path("solar/reports/<month:month>.csv", views.report_csv, name="report_csv"),
    path("api/v1/solar/readings", api.readings, name="api_readings"),
    path("staff/solar/", include("solar.staff_urls")),
]
