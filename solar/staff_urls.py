"""Staff paths."""

from django.urls import path

from solar import staff_views

urlpatterns = [
    path("", staff_views.plants, name="staff_plants"),
    path("imports/", staff_views.imports, name="staff_imports"),
    path("imports/new/", staff_views.import_new, name="staff_import_new"),
    path("imports/sample.csv", staff_views.import_sample, name="staff_import_sample"),
    path("imports/<int:pk>/", staff_views.import_detail, name="staff_import_detail"),
    path("imports/<int:pk>/discard/", staff_views.import_discard, name="staff_import_discard"),
    path("imports/<int:pk>/undo/", staff_views.import_undo, name="staff_import_undo"),
    path("imports/<int:pk>/rejected.csv", staff_views.import_rejected, name="staff_import_rejected"),
    path("reports/", staff_views.reports, name="staff_reports"),
    path("reports/<int:report_id>/correct", staff_views.report_correct, name="staff_report_correct"),
]
