"""How good data is: quality, divergence, readiness, measures."""
