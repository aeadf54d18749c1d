"""``collector i2c ...``: what is on the buses, and what to write into the configuration."""
