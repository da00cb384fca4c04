"""Production as docs/operations.md sets it up: addresses, refusals at the start, backup, and the whole of it."""
