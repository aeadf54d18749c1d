"""The keys of the kind ``modbus`` in the configuration."""
