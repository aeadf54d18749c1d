"""How frames prove that they are whole. Pure."""
