"""What the hub knows: golden records, history, lineage, look-ups, search, why."""
