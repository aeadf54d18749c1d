"""Reads Modbus devices: every device on the bus, at the speed of the bus, never a wrong value."""
