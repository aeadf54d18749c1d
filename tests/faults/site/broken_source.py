"""A plugin whose package is broken."""

raise ImportError("libsensor.so.2: cannot open shared object file")
