"""The only SQL: one module per noun, on SQLite and PostgreSQL alike."""
