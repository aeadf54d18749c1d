"""Recordings: what passed between sources and their devices, kept in a file and played back."""
