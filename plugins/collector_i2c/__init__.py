"""The kind ``i2c``: sensor chips on I2C buses, read whole, checked, and never made up."""
