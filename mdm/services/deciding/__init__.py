"""What people decide: verdicts, merges, splits, values they set, and how these are taken back."""
