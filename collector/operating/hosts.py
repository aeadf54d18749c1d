"""Hosts of a configuration: which of them are addresses, which names."""

import ipaddress

LOCALHOST = "localhost"


def is_local(host: str) -> bool:
    """Tell whether a host is this machine, by what it is called."""
    if host == LOCALHOST:
        return True
    return is_address(host) and ipaddress.ip_address(host).is_loopback


def is_address(host: str) -> bool:
    """Tell whether a host is given by its address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
