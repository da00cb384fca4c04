"""The JSON API of free advice: open times, a proved phone, bookings; one module a subject."""
