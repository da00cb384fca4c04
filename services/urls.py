"""The ground floor's pages."""

from django.urls import include, path

from services.views import catalogue, display

app_name = "services"
urlpatterns = [
    path("", catalogue.home, name="home"),
    path("services/display/", display.display, name="display"),
    path("services/display/save", display.display_save, name="display_save"),
    path("services/accessibility/", display.accessibility, name="accessibility"),
    path("services/guide/", display.guide, name="guide"),
    path("staff/", include("services.staff_urls")),
]
