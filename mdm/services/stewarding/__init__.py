"""The tasks of stewards: queue, comparison, claims, proposals, many decided together."""
