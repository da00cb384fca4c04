"""Pure arithmetic and dates of slate-roof subsidies; each rule cites its id."""
