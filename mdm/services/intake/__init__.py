"""What arrives: records, files, quarantine, merges that sources tell of."""
