"""How the simulated world goes: a wave for each quantity, around what a room has."""

from collections.abc import Mapping
from types import MappingProxyType

from collector_i2c.simulated.wave import Wave

WAVES: Mapping[str, Wave] = MappingProxyType(
    {
        "temperature": Wave(22.0, 3.0, 900),
        "ambient_temperature": Wave(22.0, 3.0, 900),
        "object_temperature": Wave(31.0, 5.0, 700),
        "humidity": Wave(48.0, 12.0, 1300),
        "co2": Wave(650.0, 180.0, 1800),
        "eco2": Wave(650.0, 180.0, 1800),
        "tvoc": Wave(120.0, 80.0, 1500),
        "voltage": Wave(1.6, 0.6, 300),
        "bus_voltage": Wave(12.0, 0.4, 400),
        "shunt_voltage": Wave(0.05, 0.03, 200),
        "illuminance": Wave(420.0, 250.0, 1200),
        "distance": Wave(0.5, 0.3, 60),
        "air_quality": Wave(2.5, 1.4, 700),
    }
)
"""By metric, in its unit."""

OTHER = Wave(0.2, 1.0, 30)
"""Of a metric that is not named: accelerations, rates, and what users describe."""


def wave_of(metric: str) -> Wave:
    """Return how a metric goes."""
    return WAVES.get(metric, OTHER)
