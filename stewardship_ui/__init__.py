"""HTML over mdm.services: what a steward sees of the hub."""
