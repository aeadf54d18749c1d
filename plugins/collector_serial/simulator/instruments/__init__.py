"""What simulated instruments say. Pure: no pty, no time."""
