"""What a configuration will cost, computed before anything is opened."""
