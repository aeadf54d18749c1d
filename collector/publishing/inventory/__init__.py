"""Sensors and metrics at the agent: made, named, addressed anew."""
