"""Pure arithmetic, dates and words, one module a shelf; no database and no web."""
