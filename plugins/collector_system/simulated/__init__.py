"""The files of a Raspberry Pi that does not exist, as they would read at any time."""
