"""The formats that are known by name: one data file each."""
