"""The device library: what the registers of known devices mean, and how a source uses it."""
