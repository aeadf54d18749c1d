"""The running collector: what is built from a configuration, started and stopped in order."""
