"""Which link settings lead to a simulated bus."""

from typing import Literal

from collector_modbus.settings.link import LinkSettings, NetworkLink, SerialLink, TlsLink

LinkType = Literal["rtu", "ascii", "tcp", "rtu-over-tcp", "udp", "tls"]

_OWN = {"type", "host", "port", "parity", "bytesize", "rs485"}
"""What follows from the bus. A pty has neither parity nor 7 bits nor a transmitter to switch, and
some C libraries refuse to open one with them.
"""


def loopback_link(
    link_type: LinkType, address: tuple[str, int], like: LinkSettings | None = None
) -> LinkSettings:
    """Return the settings of a link to a simulated bus.

    Args:
        link_type: Of the bus.
        address: Its host and port; of a serial line the path, and 0.
        like: Whose speed, timeouts and pauses to keep.
    """
    made = _plain_link(link_type, *address)
    names = type(made).model_fields.keys() - _OWN
    kept = {name: getattr(like, name) for name in names if hasattr(like, name)}
    return made.model_copy(update=kept)


def _plain_link(link_type: LinkType, host: str, port: int) -> LinkSettings:
    match link_type:
        case "rtu" | "ascii":
            return SerialLink(type=link_type, port=host)
        case "tls":
            return TlsLink(type=link_type, host=host, port=port)
        case _:
            return NetworkLink(type=link_type, host=host, port=port)
