"""Which message, to whom, with which once-key."""
