"""Values with their units, as people read them; the status page shows them alike.

The contract knows amounts of data in bits alone, so memory and disks are told in them. People
are shown bytes.
"""

import math

from collector.cli.tables import readable
from collector.cli.wording import time_text
from collector.wire.units import SYMBOLS, MetricValue, ValueUnit

BIT = SYMBOLS[ValueUnit.BIT]
BYTE = "B"
EPOCH = "s since 1970-01-01 UTC"
"""The unit that the contract has not: of a metric that tells an instant."""

_PREFIXED = frozenset({"bit/s", "B/s", "W", "Wh", "VA", "var", "J", "Hz", "Pa", "Ω"})
_PREFIXED_FROM = 10_000
_HOURS_FROM_S = 7200
_HOUR_S = 3600
_LAST_INSTANT_S = 1e11  # beyond the year 5000 it is no instant
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_DECIMAL = ("", "k", "M", "G", "T", "P")


def reading(value: MetricValue, unit: str) -> tuple[str, str]:
    """Return a value and its unit as cells of a table.

    Args:
        value: The value.
        unit: How people write its unit.
    """
    if isinstance(value, bool | str) or not math.isfinite(value):
        return readable(value), unit
    size = abs(value)
    if unit == EPOCH and size < _LAST_INSTANT_S:
        return time_text(round(value * 1000)).removesuffix(" UTC"), "UTC"
    if unit == "s" and size >= _HOURS_FROM_S:
        return f"{value / _HOUR_S:.1f}", "h"
    byte_count = {BIT: value / 8, BYTE: value}.get(unit, 0)
    if abs(byte_count) >= 1024:  # noqa: PLR2004 - a KiB
        return scaled(byte_count, 1024, _BINARY)
    if unit in _PREFIXED and size >= _PREFIXED_FROM:
        number, prefix = scaled(value, 1000, _DECIMAL)
        return number, prefix + unit
    return readable(value), unit


def scaled(value: float, base: int, prefixes: tuple[str, ...]) -> tuple[str, str]:
    """Return a value of at least one in the largest of these that it reaches."""
    power = 0
    while power < len(prefixes) - 1 and abs(value) >= base ** (power + 1):
        power += 1
    return f"{value / base**power:#.4g}".removesuffix("."), prefixes[power]
