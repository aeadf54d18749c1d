"""The keys of the kind ``serial`` in the configuration."""
