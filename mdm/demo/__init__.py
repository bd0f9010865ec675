"""The demo firm: a made-up professional-services firm's records in four systems, with the truth known."""
