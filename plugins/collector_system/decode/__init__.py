"""What the kernel's texts mean: pure functions, no I/O.

Every function raises ValueError, with the file's name, for a text that is not what it should be.
"""
