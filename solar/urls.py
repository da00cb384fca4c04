"""Citizens' pages and API paths; staff paths are included."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "solar"
urlpatterns: list[URLPattern | URLResolver] = [path("staff/solar/", include("solar.staff_urls"))]
