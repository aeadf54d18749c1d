"""What a metric is likely to measure, and which figures are likely: tables, and no more."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector import ValueUnit
from collector_modbus.settings.point import PointSettings


@dataclass(frozen=True, slots=True)
class Quantity:
    """Figures that are likely for a metric, in its unit.

    Attributes:
        least: The lowest.
        most: The highest; of one that grows, up to where it may have grown at the start.
        grows_per_s: By how much it only ever grows; 0 if it goes up and down.
    """

    least: float
    most: float
    grows_per_s: float = 0.0

    def times(self, factor: float) -> "Quantity":
        """Return the same in another unit."""
        return Quantity(self.least * factor, self.most * factor, self.grows_per_s * factor)


_WH_PER_S = 1500 / 3600

_BY_NAME: tuple[tuple[str, str], ...] = (  # the first that is found in the metric's id
    (r"power_?factor|cos_?phi|(^|_)pf", "power factor"),
    (r"efficien", "efficiency"),
    (r"humid", "humidity"),
    (r"thd|distortion", "distortion"),
    (r"voltage.*(l1_?2|l2_?3|l3_?1|ll)|line_voltage|ph?v.*(ab|bc|ca)$", "voltage between phases"),
    (r"(dc|pv\d*|string\d*)_?voltage", "dc voltage"),
    (r"batter.*voltage", "battery voltage"),
    (r"(day|daily)_energy|energy_(day|today)", "energy of a day"),
    (r"energy|(import|export|total)ed?_(k|m)?wh", "energy"),
    (r"voltage|volt", "voltage"),
    (r"frequen|freq|hertz", "frequency"),
    (r"temp", "temperature"),
    (r"power|watt|demand", "power"),
    (r"current|amp", "current"),
    (r"angle|phase", "angle"),
    (r"resist|insulation", "resistance"),
    (r"alarm|fault|error", "fault"),
    (r"state|status|mode", "state"),
    (r"version|serial|model|type|address|_id|options", "constant"),
    (r"hours|uptime|runtime", "time"),
    (r"count|pulses|starts|total", "count"),
    (r"pressure", "pressure"),
    (r"flow", "flow"),
    (r"volume", "volume"),
    (r"speed|rpm", "speed"),
)

_FIGURES: Mapping[str, Quantity] = MappingProxyType(
    {
        "power factor": Quantity(0.86, 0.99),
        "efficiency": Quantity(94.0, 98.5),
        "humidity": Quantity(38.0, 62.0),
        "distortion": Quantity(1.2, 3.8),
        "voltage between phases": Quantity(395.0, 407.0),
        "dc voltage": Quantity(340.0, 410.0),
        "battery voltage": Quantity(49.0, 53.5),
        "energy": Quantity(2_000_000.0, 9_000_000.0, _WH_PER_S),
        "energy of a day": Quantity(2000.0, 9000.0, _WH_PER_S),
        "voltage": Quantity(226.5, 234.5),
        "frequency": Quantity(49.95, 50.05),
        "temperature": Quantity(18.0, 31.0),
        "power": Quantity(350.0, 2600.0),
        "current": Quantity(1.5, 11.5),
        "angle": Quantity(8.0, 30.0),
        "resistance": Quantity(900_000.0, 2_100_000.0),
        "state": Quantity(1.0, 5.0),
        "fault": Quantity(0.0, 0.0),
        "constant": Quantity(1.0, 1.0),
        "time": Quantity(36_000.0, 9_000_000.0, 1.0),
        "count": Quantity(100.0, 5000.0, 0.5),
        "pressure": Quantity(98_500.0, 103_000.0),
        "flow": Quantity(0.2, 1.8),
        "volume": Quantity(20.0, 400.0, 0.0004),
        "speed": Quantity(700.0, 1500.0),
        "share": Quantity(22.0, 88.0),
        "length": Quantity(0.4, 2.4),
        "mass": Quantity(11.0, 19.0),
        "light": Quantity(120.0, 900.0),
        "gas": Quantity(420.0, 950.0),
        "latitude": Quantity(48.7, 48.71),
        "longitude": Quantity(9.65, 9.66),
        "anything": Quantity(5.0, 95.0),
    }
)
"""In V, A, W, Wh, Hz, °C, percent, degrees, ohm, s, Pa, m³/h, m³, rpm, m, kg, lx and ppm."""

_UNITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        ValueUnit.VOLT: ("voltage", 1.0),
        ValueUnit.AMPERE: ("current", 1.0),
        ValueUnit.WATT: ("power", 1.0),
        ValueUnit.JOULE: ("energy", 3600.0),
        ValueUnit.HERTZ: ("frequency", 1.0),
        ValueUnit.CELSIUS: ("temperature", 1.0),
        ValueUnit.PERCENT: ("share", 1.0),
        ValueUnit.RADIAN: ("angle", math.pi / 180),
        ValueUnit.OHM: ("resistance", 1.0),
        ValueUnit.SECOND: ("time", 1.0),
        ValueUnit.PASCAL: ("pressure", 1.0),
        ValueUnit.METER: ("length", 1.0),
        ValueUnit.KILOGRAM: ("mass", 1.0),
        ValueUnit.CANDELA: ("light", 1.0),
        ValueUnit.LATITUDE: ("latitude", 1.0),
        ValueUnit.LONGITUDE: ("longitude", 1.0),
        "V": ("voltage", 1.0),
        "mV": ("voltage", 1000.0),
        "kV": ("voltage", 0.001),
        "A": ("current", 1.0),
        "mA": ("current", 1000.0),
        "W": ("power", 1.0),
        "VA": ("power", 1.1),
        "var": ("power", 0.3),
        "kW": ("power", 0.001),
        "kVA": ("power", 0.0011),
        "kvar": ("power", 0.0003),
        "Wh": ("energy", 1.0),
        "kWh": ("energy", 0.001),
        "MWh": ("energy", 1e-6),
        "varh": ("energy", 0.3),
        "kvarh": ("energy", 0.0003),
        "VAh": ("energy", 1.1),
        "kVAh": ("energy", 0.0011),
        "Hz": ("frequency", 1.0),
        "°C": ("temperature", 1.0),
        "%": ("share", 1.0),
        "%RH": ("humidity", 1.0),
        "°": ("angle", 1.0),
        "ohm": ("resistance", 1.0),
        "kohm": ("resistance", 0.001),
        "Mohm": ("resistance", 1e-6),
        "s": ("time", 1.0),
        "min": ("time", 1 / 60),
        "h": ("time", 1 / 3600),
        "Pa": ("pressure", 1.0),
        "hPa": ("pressure", 0.01),
        "mbar": ("pressure", 0.01),
        "bar": ("pressure", 1e-5),
        "m³/h": ("flow", 1.0),
        "l/h": ("flow", 1000.0),
        "l/min": ("flow", 1000 / 60),
        "m³": ("volume", 1.0),
        "l": ("volume", 1000.0),
        "rpm": ("speed", 1.0),
        "lx": ("light", 1.0),
        "ppm": ("gas", 1.0),
    }
)
"""What units measure, and how many of them the unit of the figures above is."""

_NARROWER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "energy": ("energy of a day",),
        "voltage": ("voltage between phases", "dc voltage", "battery voltage"),
        "share": ("efficiency", "humidity", "distortion"),
    }
)
"""What a metric's id can say more precisely than its unit."""


_TEXTS: tuple[tuple[str, str], ...] = (
    (r"manufacturer|vendor|maker|_mn$", "Simulated"),
    (r"serial|_sn$", "SIM-000001"),
    (r"version|revision|firmware|_vr$", "1.0.0"),
    (r"model|product|type|_md$", "Simulator"),
)


def quantity_of(point: PointSettings) -> Quantity:
    """Guess which figures are likely for a point, from its unit, else from its metric's id."""
    named = _named(point.metric)
    unit = point.value_unit or point.annotation
    if named == "power factor":
        return _FIGURES[named].times(100.0 if unit in ("%", ValueUnit.PERCENT) else 1.0)
    kind, factor = _UNITS.get(unit, (named, 1.0))
    if named in _NARROWER.get(kind, ()):
        kind = named
    return _FIGURES[kind].times(factor)


def text_of(metric: str) -> str:
    """Return a text that is likely for a metric of texts."""
    found = (text for pattern, text in _TEXTS if re.search(pattern, metric.lower()))
    return next(found, "simulated")


def _named(metric: str) -> str:
    found = (kind for pattern, kind in _BY_NAME if re.search(pattern, metric.lower()))
    return next(found, "anything")
