"""Turns the bytes of registers into values. Pure: no bus in sight."""
