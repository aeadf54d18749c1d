"""What the codes of meters mean (OBIS, IEC 62056-61), and their units."""

from collections.abc import Mapping
from types import MappingProxyType

from collector import MetricValue
from collector_serial.decode.channel import Channel, make_channel
from collector_serial.decode.units import CONVERSIONS, SAME_UNIT
from collector_serial.decode.values import Raw, number
from collector_serial.settings.field import FieldSettings

_OF_NOW = "255"
_PHASES = ((1, 20), (2, 40), (3, 60))


def _phased(code: int, metric: str, name: str, unit: str) -> list[tuple[str, str, str, str]]:
    """Return the rows of three phases: the codes of phase 1, 2 and 3 lie 20 apart."""
    return [
        (f"{code + add}.7.0", f"{metric}_l{phase}", f"{name} of phase {phase}", unit)
        for phase, add in _PHASES
    ]


_ROWS = (
    ("1.8.0", "import_energy", "Energy taken", "kWh"),
    ("1.8.1", "import_energy_t1", "Energy taken, tariff 1", "kWh"),
    ("1.8.2", "import_energy_t2", "Energy taken, tariff 2", "kWh"),
    ("2.8.0", "export_energy", "Energy given", "kWh"),
    ("2.8.1", "export_energy_t1", "Energy given, tariff 1", "kWh"),
    ("2.8.2", "export_energy_t2", "Energy given, tariff 2", "kWh"),
    ("3.8.0", "reactive_import_energy", "Reactive energy taken", "kvarh"),
    ("4.8.0", "reactive_export_energy", "Reactive energy given", "kvarh"),
    ("1.7.0", "import_power", "Power taken", "kW"),
    ("2.7.0", "export_power", "Power given", "kW"),
    ("16.7.0", "power", "Power, negative when given", "W"),
    *_phased(1, "import_power", "Power taken", "kW"),
    *_phased(2, "export_power", "Power given", "kW"),
    *_phased(16, "power", "Power", "W"),
    *_phased(12, "voltage", "Voltage", "V"),
    *_phased(11, "current", "Current", "A"),
    ("14.7.0", "frequency", "Frequency", "Hz"),
    ("13.7.0", "power_factor", "Power factor", ""),
    ("1.4.0", "average_import_power", "Power taken, average of the period", "kW"),
    ("1.6.0", "peak_import_power", "Power taken, peak of the month", "kW"),
    ("96.14.0", "tariff", "Tariff", "tariff"),
    ("96.7.21", "power_failures", "Power failures", "failures"),
    ("96.7.9", "long_power_failures", "Long power failures", "failures"),
    ("24.2.1", "gas_or_water_volume", "Gas or water taken", "m³"),
    ("24.2.3", "gas_volume", "Gas taken, not corrected for temperature", "m³"),
)

OBIS: Mapping[str, tuple[Channel, str]] = MappingProxyType(
    {
        code: (make_channel(FieldSettings(metric=metric, name=name, unit=unit)), unit)
        for code, metric, name, unit in _ROWS
    }
)
"""Channels and their usual units by the reduced code, without medium and channel."""


def reduced(code: str) -> str:
    """Return ``1.8.0`` of ``1-0:1.8.0*255``; empty for a stored value, such as ``1.8.0*01``."""
    own, _, storage = code.rpartition(":")[2].partition("*")
    return own if storage in ("", _OF_NOW) else ""


def in_unit(known: Channel, usual: str, raw: Raw, unit: str) -> MetricValue | None:
    """Return a value that came with its unit; None if it is none, or in a unit of something else.

    Args:
        known: The channel.
        usual: The unit that it takes.
        raw: The value.
        unit: The unit that came with it; empty if none did.
    """
    unit = SAME_UNIT.get(unit, unit) or usual
    if unit == usual or known.metric.type != "double":
        return known.take(raw)
    given, taken, value = CONVERSIONS.get(unit), CONVERSIONS.get(usual), number(raw)
    if given is None or taken is None or given.unit is not taken.unit or value is None:
        return None
    return known.take(value * given.factor / taken.factor)
