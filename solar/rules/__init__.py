"""Pure arithmetic, dates and files of what the city's solar plants generate and save; each rule cites its id."""
