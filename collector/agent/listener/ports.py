"""Taking the ports, all or none."""

import asyncio
import errno
import socket

from collector.agent.broker import Listener
from collector.errors import StateError

_BACKLOG = 256

# A name such as localhost may stand for an address of a family that this machine has not got.
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


async def bind(listener: Listener) -> list[socket.socket]:
    """Bind every address of the listener's host, all to one port.

    Raises:
        StateError: One cannot be bound; none is bound then.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        text = f"{listener.name} listener: the host {listener.host!r} is unknown"
        raise StateError(text) from error
    port, bound, missing = listener.port, list[socket.socket](), None
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            bound.append(_bound(family, (address[0], port, *address[2:])))
        except OSError as error:
            if error.errno not in _NOT_HERE:
                close(bound)
                raise StateError(_refusal(listener, port, error)) from error
            missing = error
        else:
            port = bound[0].getsockname()[1]
    if not bound:
        raise StateError(_refusal(listener, port, missing)) from missing
    return bound


def close(sockets: list[socket.socket]) -> None:
    """Close them all."""
    for bound in sockets:
        bound.close()


def _bound(family: int, address: tuple[object, ...]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)
        bound.setblocking(False)  # noqa: FBT003 - the standard library's signature
    except OSError:
        bound.close()
        raise
    return bound


def _refusal(listener: Listener, port: int, error: OSError | None) -> str:
    place = f"{listener.name} listener: port {port} on {listener.host}"
    number = error.errno if error is not None else None
    if number == errno.EADDRINUSE:
        return f"{place} is in use; stop what listens there, or choose another port (0: a free one)"
    if number in (errno.EACCES, errno.EPERM):
        return f"{place} may not be taken by this user; choose a port above 1023"
    if number in _NOT_HERE:
        return f"{place} cannot be taken: this machine has no such address"
    return f"{place} cannot be taken: {error.strerror if error else 'no address'}"
