"""The socket that visitors come to."""

import os
import socket

from collector.errors import StateError


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; with all addresses of IPv6 on all of IPv4 too.

    Raises:
        StateError: The address cannot be taken: another program has it, or this machine has not.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        is_dual = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        return socket.create_server((host, port), family=family, dualstack_ipv6=is_dual)
    except OSError as error:
        raise StateError(f"[web] cannot listen on {host} port {port}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    """Return why, without what Python adds to it; names that lead nowhere have no number."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def address(host: str, port: int) -> str:
    """Return where a browser finds it."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
