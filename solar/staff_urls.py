"""Staff paths."""

from django.urls import path

from services.staff_views.tables import paths as table_paths
from solar.staff_views import keys, plants, tables

urlpatterns = [
    path("", plants.plants, name="staff_plants"),
    path("imports/", plants.imports, name="staff_imports"),
    path("imports/new/", plants.import_new, name="staff_import_new"),
    path("imports/sample.csv", plants.import_sample, name="staff_import_sample"),
    path("imports/<int:pk>/", plants.import_detail, name="staff_import_detail"),
    path("imports/<int:pk>/discard/", plants.import_discard, name="staff_import_discard"),
    path("imports/<int:pk>/undo/", plants.import_undo, name="staff_import_undo"),
    path("imports/<int:pk>/rejected.csv", plants.import_rejected, name="staff_import_rejected"),
    path("reports/", plants.reports, name="staff_reports"),
    path("reports/<int:report_id>/correct", plants.report_correct, name="staff_report_correct"),
    path("tables/keys/", keys.keys, name="staff_keys"),
    path("tables/keys/<int:pk>/rotate/", keys.key_rotate, name="staff_key_rotate"),
    path("tables/keys/<int:pk>/revoke/", keys.key_revoke, name="staff_key_revoke"),
    *table_paths(*tables.TABLES),
]
