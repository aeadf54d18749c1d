"""Modbus as bytes, without any I/O: requests, answers, and the frames around them."""
