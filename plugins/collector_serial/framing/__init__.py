"""Finds frames in a stream of bytes. Pure: no port, no time."""
