"""Hosts as people name them on a command line."""

import re

from collector_modbus.settings.link import NetworkLink

_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s:/]+))(?::(?P<port>[0-9]{1,5}))?")
_MODBUS_PORT = 502
_HIGHEST_PORT = 65535


def network_link(place: str) -> NetworkLink:
    """Return the link to ``meter``, ``192.168.1.17:1502`` or ``[fe80::1]:502``.

    Raises:
        ValueError: It is no host.
    """
    match = _HOST.fullmatch(place)
    port = int(match["port"] or _MODBUS_PORT) if match else 0
    if match is None or not 1 <= port <= _HIGHEST_PORT:
        raise ValueError(f"{place!r} is no host: write meter, 192.168.1.17:502 or [fe80::1]:502")
    return NetworkLink(type="tcp", host=match["v6"] or match["name"], port=port)
