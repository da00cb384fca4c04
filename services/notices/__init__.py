"""Which message, to whom, with which once-key; one module a shelf."""
