"""What frames mean. Pure: no port, no time."""
