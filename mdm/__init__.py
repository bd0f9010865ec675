"""The hub: configuration, storage, transport and use cases around the two pure packages."""
