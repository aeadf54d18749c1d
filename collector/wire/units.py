"""The predefined value units, the value types, and which values fit which type."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

MetricValue = bool | int | float | str
"""What a metric can hold on the wire."""

MAX_EXACT_INTEGER = 2**53
"""Beyond this magnitude a double no longer holds every integer."""


class ValueType(StrEnum):
    """The value types of section 5.3.1."""

    BOOL = "bool"
    STRING = "string"
    DOUBLE = "double"
    INTEGER = "integer"


class ValueUnit(StrEnum):
    """The 24 predefined units of section 5.3.1. A metric with one of them holds doubles."""

    AMPERE = "SI.ElectricCurrent.AMPERE"
    BIT = "SI.DataAmount.BIT"
    CELSIUS = "SI.Temperature.CELSIUS"
    FARAD = "SI.ElectricCapacitance.FARAD"
    KILOGRAM = "SI.Mass.KILOGRAM"
    HERTZ = "SI.Frequency.HERTZ"
    JOULE = "SI.Energy.JOULE"
    METER = "SI.Length.METER"
    METERS_PER_SECOND = "SI.Velocity.METERS_PER_SECOND"
    MOLE = "SI.AmountOfSubstance.MOLE"
    NEWTON = "SI.Force.NEWTON"
    OHM = "SI.ElectricResistance.OHM"
    PASCAL = "SI.Pressure.PASCAL"
    RADIAN = "SI.Angle.RADIAN"
    SECOND = "SI.Duration.SECOND"
    SQUARE_METRE = "SI.Area.SQUARE_METRE"
    VOLT = "SI.ElectricPotential.VOLT"
    WATT = "SI.Power.WATT"
    CANDELA = "SI.LuminousIntensity.CANDELA"
    METERS_PER_SQUARE_SECOND = "SI.Acceleration.METERS_PER_SQUARE_SECOND"
    PERCENT = "NoSI.Dimensionless.PERCENT"
    DECIBEL = "NoSI.Dimensionless.DECIBEL"
    LATITUDE = "NoSI.Location.LATITUDE"
    LONGITUDE = "NoSI.Location.LONGITUDE"


SYMBOLS: Mapping[ValueUnit, str] = MappingProxyType(
    {
        ValueUnit.AMPERE: "A",
        ValueUnit.BIT: "bit",
        ValueUnit.CELSIUS: "°C",
        ValueUnit.FARAD: "F",
        ValueUnit.KILOGRAM: "kg",
        ValueUnit.HERTZ: "Hz",
        ValueUnit.JOULE: "J",
        ValueUnit.METER: "m",
        ValueUnit.METERS_PER_SECOND: "m/s",
        ValueUnit.MOLE: "mol",
        ValueUnit.NEWTON: "N",
        ValueUnit.OHM: "Ω",
        ValueUnit.PASCAL: "Pa",
        ValueUnit.RADIAN: "rad",
        ValueUnit.SECOND: "s",
        ValueUnit.SQUARE_METRE: "m²",
        ValueUnit.VOLT: "V",
        ValueUnit.WATT: "W",
        ValueUnit.CANDELA: "cd",
        ValueUnit.METERS_PER_SQUARE_SECOND: "m/s²",
        ValueUnit.PERCENT: "%",
        ValueUnit.DECIBEL: "dB",
        ValueUnit.LATITUDE: "° N",
        ValueUnit.LONGITUDE: "° E",
    }
)
"""How people write the predefined units."""


def detected_type(value: MetricValue) -> ValueType:
    """Return the type that a push gives a metric it creates: never integer (section 5.1)."""
    if isinstance(value, bool):
        return ValueType.BOOL
    return ValueType.STRING if isinstance(value, str) else ValueType.DOUBLE


def fits(value: object, value_type: ValueType) -> bool:
    """Tell whether a decoded JSON value is one of this type; 3.0 is an integer, true is not."""
    if value_type is ValueType.BOOL:
        return isinstance(value, bool)
    if value_type is ValueType.STRING:
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value_type is ValueType.DOUBLE or isinstance(value, int) or value.is_integer()
