"""The stewards' desk: pages over the hub's services."""
