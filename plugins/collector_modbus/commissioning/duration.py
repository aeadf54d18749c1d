"""How long a search takes where nobody answers."""

from collections.abc import Sequence

from collector_modbus.bus.bus import LONGEST_REST_S
from collector_modbus.bus.timing import wire_timing
from collector_modbus.settings.link import LinkSettings

_WIRE_BYTES = 8 + 7  # the frames of a request for one register and of its answer
_LARGEST_IN_SECONDS = 100


def silent_s(links: Sequence[LinkSettings], units: int) -> float:
    """Return the seconds that it takes to ask so many silent units, with each of these links."""
    return sum(units * _silent_unit_s(link) for link in links)


def _silent_unit_s(link: LinkSettings) -> float:
    timing = wire_timing(link)
    rest_s = min(link.response_timeout, LONGEST_REST_S)
    return _WIRE_BYTES * timing.byte_s + link.response_timeout + max(rest_s, timing.silence_s)


def spoken(seconds: float) -> str:
    """Return a duration as people say it: 12 s, 4 min."""
    if seconds < _LARGEST_IN_SECONDS:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
