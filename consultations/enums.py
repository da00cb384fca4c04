"""Names with Korean labels: states, their named sets and the allowed moves of free tax and legal advice."""
