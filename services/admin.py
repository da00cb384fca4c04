"""Reference data in Django admin; no path around the actions."""
