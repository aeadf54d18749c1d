"""The units that devices give, and how they become those of the agent."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector import ValueUnit


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a unit becomes one of the agent's.

    Attributes:
        unit: The agent's.
        factor: What a value is multiplied by.
        offset: What is then added.
    """

    unit: ValueUnit
    factor: float = 1.0
    offset: float = 0.0


_KNOT_MS = 1852 / 3600
_FAHRENHEIT = 5 / 9
_CALORIE_J = 4.184  # the thermochemical calorie

CONVERSIONS: Mapping[str, Conversion] = MappingProxyType(
    {
        "A": Conversion(ValueUnit.AMPERE),
        "mA": Conversion(ValueUnit.AMPERE, 1e-3),
        "µA": Conversion(ValueUnit.AMPERE, 1e-6),
        "V": Conversion(ValueUnit.VOLT),
        "mV": Conversion(ValueUnit.VOLT, 1e-3),
        "kV": Conversion(ValueUnit.VOLT, 1e3),
        "W": Conversion(ValueUnit.WATT),
        "kW": Conversion(ValueUnit.WATT, 1e3),
        "MW": Conversion(ValueUnit.WATT, 1e6),
        "J": Conversion(ValueUnit.JOULE),
        "kJ": Conversion(ValueUnit.JOULE, 1e3),
        "MJ": Conversion(ValueUnit.JOULE, 1e6),
        "GJ": Conversion(ValueUnit.JOULE, 1e9),
        "Wh": Conversion(ValueUnit.JOULE, 3600.0),
        "kWh": Conversion(ValueUnit.JOULE, 3.6e6),
        "MWh": Conversion(ValueUnit.JOULE, 3.6e9),
        "kcal": Conversion(ValueUnit.JOULE, 1000 * _CALORIE_J),
        "°C": Conversion(ValueUnit.CELSIUS),
        "°F": Conversion(ValueUnit.CELSIUS, _FAHRENHEIT, -32 * _FAHRENHEIT),
        "Hz": Conversion(ValueUnit.HERTZ),
        "kHz": Conversion(ValueUnit.HERTZ, 1e3),
        "MHz": Conversion(ValueUnit.HERTZ, 1e6),
        "Ω": Conversion(ValueUnit.OHM),
        "ohm": Conversion(ValueUnit.OHM),
        "kΩ": Conversion(ValueUnit.OHM, 1e3),
        "kohm": Conversion(ValueUnit.OHM, 1e3),
        "MΩ": Conversion(ValueUnit.OHM, 1e6),
        "Mohm": Conversion(ValueUnit.OHM, 1e6),
        "F": Conversion(ValueUnit.FARAD),
        "mF": Conversion(ValueUnit.FARAD, 1e-3),
        "µF": Conversion(ValueUnit.FARAD, 1e-6),
        "nF": Conversion(ValueUnit.FARAD, 1e-9),
        "Pa": Conversion(ValueUnit.PASCAL),
        "hPa": Conversion(ValueUnit.PASCAL, 1e2),
        "mbar": Conversion(ValueUnit.PASCAL, 1e2),
        "kPa": Conversion(ValueUnit.PASCAL, 1e3),
        "bar": Conversion(ValueUnit.PASCAL, 1e5),
        "kg": Conversion(ValueUnit.KILOGRAM),
        "g": Conversion(ValueUnit.KILOGRAM, 1e-3),
        "mg": Conversion(ValueUnit.KILOGRAM, 1e-6),
        "t": Conversion(ValueUnit.KILOGRAM, 1e3),
        "N": Conversion(ValueUnit.NEWTON),
        "m": Conversion(ValueUnit.METER),
        "cm": Conversion(ValueUnit.METER, 1e-2),
        "mm": Conversion(ValueUnit.METER, 1e-3),
        "km": Conversion(ValueUnit.METER, 1e3),
        "m²": Conversion(ValueUnit.SQUARE_METRE),
        "m/s": Conversion(ValueUnit.METERS_PER_SECOND),
        "km/h": Conversion(ValueUnit.METERS_PER_SECOND, 1 / 3.6),
        "kn": Conversion(ValueUnit.METERS_PER_SECOND, _KNOT_MS),
        "m/s²": Conversion(ValueUnit.METERS_PER_SQUARE_SECOND),
        "rad": Conversion(ValueUnit.RADIAN),
        "°": Conversion(ValueUnit.RADIAN, math.pi / 180),
        "s": Conversion(ValueUnit.SECOND),
        "ms": Conversion(ValueUnit.SECOND, 1e-3),
        "min": Conversion(ValueUnit.SECOND, 60.0),
        "h": Conversion(ValueUnit.SECOND, 3600.0),
        "d": Conversion(ValueUnit.SECOND, 86_400.0),
        "mol": Conversion(ValueUnit.MOLE),
        "cd": Conversion(ValueUnit.CANDELA),
        "%": Conversion(ValueUnit.PERCENT),
        "%RH": Conversion(ValueUnit.PERCENT),
        "dB": Conversion(ValueUnit.DECIBEL),
        "dB(A)": Conversion(ValueUnit.DECIBEL),
        "latitude": Conversion(ValueUnit.LATITUDE),
        "longitude": Conversion(ValueUnit.LONGITUDE),
    }
)
"""Any other unit is handed on to people as it is written."""

SAME_UNIT: Mapping[str, str] = MappingProxyType(
    {"C": "°C", "degC": "°C", "m3": "m³", "m3/h": "m³/h", "µg/m3": "µg/m³"}
)
"""Other ways to write a unit."""
