"""The durable half of the buffer: what was accepted and is not confirmed, on disk."""
