"""Citizens' pages and API paths; staff paths are included."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "slate"
urlpatterns: list[URLPattern | URLResolver] = [path("staff/slate/", include("slate.staff_urls"))]
