"""What the bytes of each chip family mean: pure functions, no bus in sight."""
