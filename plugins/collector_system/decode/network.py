"""Network interfaces and radio links."""

from collections.abc import Mapping
from dataclasses import dataclass

_NO_LEVEL = -256
_COLUMNS = {
    "received_bytes": 0,
    "received_packets": 1,
    "received_errors": 2,
    "received_drops": 3,
    "sent_bytes": 8,
    "sent_packets": 9,
    "sent_errors": 10,
    "sent_drops": 11,
}


@dataclass(frozen=True, slots=True)
class Radio:
    """What ``/proc/net/wireless`` says of one interface.

    Attributes:
        quality: Of the link, on the driver's own scale (often 0 to 70).
        signal_dbm: Level at the antenna.
        noise_dbm: Level of noise; None where the driver gives none.
    """

    quality: float
    signal_dbm: float | None
    noise_dbm: float | None


def parse_net_dev(text: str) -> dict[str, Mapping[str, int]]:
    """Return the counters of each interface of ``/proc/net/dev``.

    The counters: ``received_`` and ``sent_``, each with ``bytes``, ``packets``, ``errors`` and
    ``drops``.
    """
    interfaces: dict[str, Mapping[str, int]] = {}
    for line in text.splitlines()[2:]:
        name, _, rest = line.rpartition(":")
        words = rest.split()
        if len(words) <= max(_COLUMNS.values()):
            raise ValueError(f"/proc/net/dev: too few columns in {line!r}")
        interfaces[name.strip()] = {key: int(words[at]) for key, at in _COLUMNS.items()}
    return interfaces


def parse_wireless(text: str) -> dict[str, Radio]:
    """Return the radio links of ``/proc/net/wireless``; none without Wi-Fi."""
    links = {}
    for line in text.splitlines()[2:]:
        name, _, rest = line.partition(":")
        words = rest.split()
        if len(words) < 4:  # noqa: PLR2004 - status, link, level, noise
            raise ValueError(f"/proc/net/wireless: too few columns in {line!r}")
        links[name.strip()] = Radio(_figure(words[1]), _level(words[2]), _level(words[3]))
    return links


def is_up(operstate: str | None) -> bool | None:
    """Tell whether an interface carries traffic; None when the kernel does not say.

    Drivers without link detection (tunnels, loopback) say ``unknown`` and are taken at their word.
    """
    return None if operstate is None else operstate in ("up", "unknown")


def link_speed(megabits_per_s: int | None) -> float | None:
    """Return a link's speed in bit/s; the kernel says -1 where it knows none."""
    return megabits_per_s * 1e6 if megabits_per_s is not None and megabits_per_s > 0 else None


def _figure(word: str) -> float:
    # A dot at the end marks a value that is new since the last look.
    return float(word.rstrip("."))


def _level(word: str) -> float | None:
    level = _figure(word)
    return None if level == _NO_LEVEL else level
