"""SunSpec's types and units in the words of a point."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector import ValueUnit
from collector_modbus.settings.point import TypeName


@dataclass(frozen=True, slots=True)
class Format:
    """How a type of SunSpec is read.

    Attributes:
        type: Our name of it.
        invalid: The raw codes that mean "not implemented", or of accumulators "not accumulated".
    """

    type: TypeName
    invalid: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """What becomes of a unit of SunSpec.

    Attributes:
        value_unit: The agent's unit; None if it has none for it.
        scale: How many of the agent's unit one of SunSpec's is.
        annotation: The unit for people, where the agent has none.
    """

    value_unit: ValueUnit | None = None
    scale: float = 1.0
    annotation: str = ""


# SunSpec Device Information Model Specification 1.1, on the types of points; SMA prints the same
# codes. An accumulator that is 0 is not implemented: taken for a count, it would be a step when it
# begins. All ones are not in the specification for it, but some devices without one answer so.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "int16": Format("int16", (0x8000,)),
        "uint16": Format("uint16", (0xFFFF,)),
        "count": Format("uint16", (0xFFFF,)),
        "acc16": Format("uint16", (0, 0xFFFF)),
        "enum16": Format("uint16", (0xFFFF,)),
        "bitfield16": Format("uint16", (0xFFFF,)),
        "int32": Format("int32", (0x8000_0000,)),
        "uint32": Format("uint32", (0xFFFF_FFFF,)),
        "acc32": Format("uint32", (0, 0xFFFF_FFFF)),
        "enum32": Format("uint32", (0xFFFF_FFFF,)),
        "bitfield32": Format("uint32", (0xFFFF_FFFF,)),
        "int64": Format("int64", (0x8000_0000_0000_0000,)),
        "uint64": Format("uint64", (0xFFFF_FFFF_FFFF_FFFF,)),
        "acc64": Format("uint64", (0, 0xFFFF_FFFF_FFFF_FFFF)),
        "float32": Format("float32"),
        "float64": Format("float64"),
        "string": Format("string"),
    }
)
"""The types that become points; others are padding, scale factors and addresses."""

_RADIAN = Unit(ValueUnit.RADIAN, math.pi / 180)
_VAR = Unit(annotation="var")
_VARH = Unit(annotation="varh")
_AH = Unit(annotation="Ah")
_IRRADIANCE = Unit(annotation="W/m²")
_JOULE = Unit(ValueUnit.JOULE, 3600.0)
_METERS_PER_SECOND = Unit(ValueUnit.METERS_PER_SECOND)
_PERCENT = Unit(ValueUnit.PERCENT)
_PLAIN = Unit()
_SECOND = Unit(ValueUnit.SECOND)

_UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        "A": Unit(ValueUnit.AMPERE),
        "AH": _AH,
        "Ah": _AH,
        "C": Unit(ValueUnit.CELSIUS),
        "Degrees": _RADIAN,
        "HPa": Unit(ValueUnit.PASCAL, 100.0),
        "Hz": Unit(ValueUnit.HERTZ),
        "PF": _PLAIN,
        "Pct": _PERCENT,
        "Sec": _SECOND,
        "Secs": _SECOND,
        "V": Unit(ValueUnit.VOLT),
        "Var": _VAR,
        "Varh": _VARH,
        "Vm": Unit(annotation="V/m"),
        "W": Unit(ValueUnit.WATT),
        "W/m2": _IRRADIANCE,
        "W/m^2": _IRRADIANCE,
        "WH": _JOULE,
        "Wh": _JOULE,
        "bps": Unit(annotation="bit/s"),
        "cos()": _PLAIN,
        "deg": _RADIAN,
        "kAH": Unit(annotation="kAh"),
        "kO": Unit(ValueUnit.OHM, 1000.0),
        "kWh": Unit(ValueUnit.JOULE, 3_600_000.0),
        "m/s": _METERS_PER_SECOND,
        "mSecs": Unit(ValueUnit.SECOND, 0.001),
        "meters": Unit(ValueUnit.METER),
        "mm": Unit(ValueUnit.METER, 0.001),
        "mps": _METERS_PER_SECOND,
        "ohms": Unit(ValueUnit.OHM),
        "text": _PLAIN,
    }
)

_PLACES: Mapping[str, Unit] = MappingProxyType(
    {"Lat": Unit(ValueUnit.LATITUDE), "Long": Unit(ValueUnit.LONGITUDE)}
)
"""Degrees that are no angles but places, by the name of the point (model 305)."""


def unit_of(units: str, name: str) -> Unit:
    """Return what becomes of a point's unit; one without a counterpart stays as it is written."""
    if units == "Degrees" and name in _PLACES:
        return _PLACES[name]
    if units.strip().startswith("%") and "/" not in units:  # of a rating, such as "% WMax"
        return _PERCENT
    return _UNITS.get(units) or Unit(annotation=units)
