"""What is sent next: readings from the buffer, held, paced, stamped."""
