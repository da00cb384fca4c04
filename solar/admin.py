"""Nothing here: reference data has pages of its own (staff_views/tables.py)."""
