"""What is written to and read from each chip, in which order, and with which pauses."""
