"""``collector serial ...``: which ports there are, and what comes over them."""
