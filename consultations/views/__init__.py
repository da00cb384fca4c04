"""Citizens' pages, one module a flow."""
