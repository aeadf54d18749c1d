"""The compatible agent: the server side of the contract, for running and testing anywhere."""
