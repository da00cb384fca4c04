"""The ground floor's JSON API."""
