"""What a person types -> cleaned data, one module a flow."""
