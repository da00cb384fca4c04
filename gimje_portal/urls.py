"""Every room's pages; each app mounts its own citizen, staff and API paths."""

from django.urls import include, path, register_converter
from drf_spectacular.views import SpectacularAPIView

from gimje_portal import views
from services.views.addresses import MonthConverter

register_converter(MonthConverter, "month")  # before the apps' own paths are read
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("demo/", views.demo, name="demo"),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("staff/account/", include("allauth.urls")),
    path("", include("services.urls")),
    path("", include("consultations.urls")),
    path("", include("slate.urls")),
    path("", include("solar.urls")),
]
handler400 = "gimje_portal.views.error_400"
handler403 = "gimje_portal.views.error_403"
handler404 = "gimje_portal.views.error_404"
handler429 = "gimje_portal.views.error_429"
handler500 = "gimje_portal.views.error_500"
