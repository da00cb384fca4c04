"""Pure arithmetic and dates of free tax and legal advice, one module a subject; each rule cites its id."""
