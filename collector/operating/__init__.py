"""What operators ask of a machine: the rights that it needs, and whether all is there."""
