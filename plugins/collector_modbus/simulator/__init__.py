"""Simulated devices: the far end of a link, for ``--simulate`` and for tests."""
