"""What the APIs of all apps share."""
