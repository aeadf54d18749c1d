"""Where accepted readings wait until the agent has confirmed them."""
