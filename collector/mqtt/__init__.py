"""MQTT: topics and bytes over one connection, and nothing of what they mean.

`transport` is the promise, `session` keeps it with paho, `tls` names why a handshake failed.
"""
