"""Reference data in Django's admin; no path around the actions."""
