"""Read-only answers for pages, exports and reports, one module a shelf."""
