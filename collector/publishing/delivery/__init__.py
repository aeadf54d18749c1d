"""Windows of pushes and their confirmation; what follows from each answer."""
