"""Wind masts, as a plugin of the collector."""
