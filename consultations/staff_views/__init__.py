"""Staff pages, one module a subject."""
