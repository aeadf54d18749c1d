"""From the buffer to the agent: windows, fences, what to do on each answer, and the inventory."""
