"""The kind ``system``: what the machine itself does, from its kernel."""
