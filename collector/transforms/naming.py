"""How the metrics that leave a transform are called, and in which unit they are."""

from dataclasses import replace

from collector.plugin.source import Metric
from collector.wire.units import SYMBOLS, ValueType, ValueUnit

_UNITS = {symbol: unit for unit, symbol in SYMBOLS.items()} | {
    unit.value: unit for unit in ValueUnit
}


def as_double(metric: Metric, unit: str | None) -> Metric:
    """Return a metric as one of doubles.

    Args:
        metric: The metric.
        unit: As people write it; one that the agent knows, such as ``°C``, becomes that. None
            leaves it as it is.
    """
    if unit is None:
        return replace(metric, type=ValueType.DOUBLE)
    known = _UNITS.get(unit)
    annotation = "" if known else unit
    return replace(metric, unit=known, annotation=annotation, type=ValueType.DOUBLE)
