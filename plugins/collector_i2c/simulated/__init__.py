"""Chips that do not exist, on a bus that does not exist, below the real smbus2."""
