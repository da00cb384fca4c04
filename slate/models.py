"""Tables of slate-roof subsidies."""
