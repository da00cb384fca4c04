"""Citizens' pages and API paths; staff paths are included."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "consultations"
urlpatterns: list[URLPattern | URLResolver] = [path("staff/consultations/", include("consultations.staff_urls"))]
