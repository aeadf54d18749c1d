"""Wall thermostats, as a plugin of the collector."""
