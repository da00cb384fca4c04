"""Tables of what the city's solar plants generate and save."""
