"""``collector modbus ...``: finds devices, reads addresses, shows plans and profiles."""
