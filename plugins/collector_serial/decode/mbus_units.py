"""What the value information of M-Bus records means.

Source: EN 13757-3:2018, 6.4.2 (primary codes), 6.4.4 (extensions FB and FD).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a record is.

    Attributes:
        metric: The metric id, before tariff and subunit.
        name: What people read.
        unit: The unit of the value times ten to the exponent.
        exponent: The power of ten.
    """

    metric: str
    name: str
    unit: str
    exponent: int


_RANGES = (  # first code, how many, metric, name, unit, exponent of the first
    (0x00, 8, "energy", "Energy", "Wh", -3),
    (0x08, 8, "energy", "Energy", "J", 0),
    (0x10, 8, "volume", "Volume", "m³", -6),
    (0x18, 8, "mass", "Mass", "kg", -3),
    (0x28, 8, "power", "Power", "W", -3),
    (0x38, 8, "volume_flow", "Flow", "m³/h", -6),
    (0x50, 8, "mass_flow", "Flow of mass", "kg/h", -3),
    (0x58, 4, "flow_temperature", "Temperature, flow", "°C", -3),
    (0x5C, 4, "return_temperature", "Temperature, return", "°C", -3),
    (0x60, 4, "temperature_difference", "Temperature difference", "K", -3),
    (0x64, 4, "external_temperature", "Temperature, outside", "°C", -3),
    (0x68, 4, "pressure", "Pressure", "bar", -3),
    (0x6E, 1, "heat_cost_units", "Heat cost allocation", "HCA", 0),
)
_RANGES_FB = (
    (0x00, 2, "energy", "Energy", "MWh", -1),
    (0x08, 2, "energy", "Energy", "GJ", -1),
    (0x10, 2, "volume", "Volume", "m³", 2),
    (0x18, 2, "mass", "Mass", "t", 2),
    (0x1A, 2, "humidity", "Relative humidity", "%RH", -1),
    (0x28, 2, "power", "Power", "MW", -1),
)
_RANGES_FD = (
    (0x40, 16, "voltage", "Voltage", "V", -9),
    (0x50, 16, "current", "Current", "A", -12),
)

_TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType({"%RH": ("humidity", "Relative humidity")})


def _table(ranges: tuple[tuple[int, int, str, str, str, int], ...]) -> dict[int, Quantity]:
    return dict(_rows(ranges))


def _rows(
    ranges: tuple[tuple[int, int, str, str, str, int], ...],
) -> Iterator[tuple[int, Quantity]]:
    for first, count, metric, name, unit, exponent in ranges:
        for step in range(count):
            yield first + step, Quantity(metric, name, unit, exponent + step)


PRIMARY: Mapping[int, Quantity] = MappingProxyType(_table(_RANGES))
"""By the first code, without its highest bit."""

EXTENDED: Mapping[int, Mapping[int, Quantity]] = MappingProxyType(
    {0xFB: _table(_RANGES_FB), 0xFD: _table(_RANGES_FD)}
)
"""By the first code and the second, without its highest bit."""


def quantity_of_text(text: str) -> Quantity | None:
    """Return what a record with a unit in plain text is; None if it is not known."""
    found = _TEXTS.get(text)
    return None if found is None else Quantity(*found, text, 0)
