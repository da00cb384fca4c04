"""Names with Korean labels, one module a shelf."""
