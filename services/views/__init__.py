"""The citizens' pages of the ground floor, one module a shelf."""
