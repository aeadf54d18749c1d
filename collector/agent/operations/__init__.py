"""One small function per operation of the contract, and the table that finds it.

An operation gets the agent's `Context`, the client that asks, the request's address and the
message. It returns an `Outcome`, or raises `collector.wire.errors.Refusal` when nothing was done.
"""
