"""Files without a hub: deduplicate, train, evaluate."""
