"""The ground floor's pages."""

from django.urls import include, path

from services.views import catalogue

app_name = "services"
urlpatterns = [
    path("", catalogue.home, name="home"),
    path("staff/", include("services.staff_urls")),
]
