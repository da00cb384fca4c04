"""The staff's pages of the ground floor, one module a shelf."""
