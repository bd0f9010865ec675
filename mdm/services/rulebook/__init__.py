"""Rules documents and code lists: tried, applied, compared, rolled back."""
