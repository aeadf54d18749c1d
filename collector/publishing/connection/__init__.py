"""The network thread: one connection after another, and all that talks over them."""
