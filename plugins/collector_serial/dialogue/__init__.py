"""What is said to devices that have to be asked. Pure: no port, no time."""
