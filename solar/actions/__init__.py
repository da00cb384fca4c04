"""Every change of state: one verb, one transaction, one history entry, its notices."""
