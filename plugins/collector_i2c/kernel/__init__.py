"""The kinds ``iio``, ``hwmon`` and ``w1``: sensors that a driver of the kernel reads."""
