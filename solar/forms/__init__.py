"""What a person types -> cleaned data."""
