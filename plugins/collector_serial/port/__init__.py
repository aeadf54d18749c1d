"""Serial ports: the only place of the source that speaks pyserial."""
