"""Reads the points of a group: plans the requests, isolates what is refused, decodes the rest."""
