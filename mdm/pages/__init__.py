"""Pages that stand alone: one file each with its style and its charts inside, for a browser, a phone or print."""
