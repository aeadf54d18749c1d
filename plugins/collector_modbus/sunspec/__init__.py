"""SunSpec: devices that describe themselves by a chain of models with known contents."""
