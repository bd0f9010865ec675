"""Who is the same? Standardise, block, compare, score and cluster records, purely and without a hub."""
