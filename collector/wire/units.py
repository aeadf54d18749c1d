"""The predefined value units, the value types, and which values fit which type."""

from enum import StrEnum

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
    return value_type is ValueType.DOUBLE or float(value).is_integer()
