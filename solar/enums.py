"""Names with Korean labels: sources, states and kinds of readings and plants."""
