"""Every change of state on the ground floor, one module a shelf."""
