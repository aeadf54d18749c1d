"""Serial instruments that do not exist: the real bytes, over a pty."""
