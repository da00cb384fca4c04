"""Read-only answers: one number, one query."""
