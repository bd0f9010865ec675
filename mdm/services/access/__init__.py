"""Who may see and do what: people, keys, sessions, masking."""
