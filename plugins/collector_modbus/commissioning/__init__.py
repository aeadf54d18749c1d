"""Finds out what is on a link and what its registers mean, by reads alone."""
