"""Pure arithmetic and dates of free tax and legal advice; each rule cites its id."""
