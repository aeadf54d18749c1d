"""One module per group of metrics: which files it reads and which values it takes from them."""
