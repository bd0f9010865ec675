"""What the hub tells others: changes, and whole exports."""
