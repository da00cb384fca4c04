"""Citizens' pages."""
