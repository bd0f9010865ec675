"""Where the hub's changes go: one module per sink."""
