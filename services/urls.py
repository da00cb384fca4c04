"""The ground floor's pages."""

from django.urls import include, path

from services import views

app_name = "services"
urlpatterns = [
    path("", views.home, name="home"),
    path("staff/", include("services.staff_urls")),
]
