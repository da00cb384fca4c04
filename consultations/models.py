"""Tables of free tax and legal advice."""
