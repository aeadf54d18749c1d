"""Takes readings out of a plugin's hands: what comes back here runs no code of it any more."""

from collections.abc import Iterable, Mapping
from typing import Any

from collector.plugin.foreign import ForeignValue, shown
from collector.plugin.source import Reading

_TEXT = frozenset({str})


def collect(readings: object) -> list[Reading]:
    """Take what a source gave out of its hands.

    Raises:
        TypeError: It is not what a source should give.
    """
    if not isinstance(readings, Iterable) or isinstance(readings, Mapping):
        raise TypeError(f"returned a {type(readings).__name__}: return a list of Reading")
    return [whole(reading) for reading in readings]


def whole(reading: object) -> Reading:
    """Return a reading whose ids can run no code of a plugin.

    A `ForeignValue` stands for an id that is no text. Values are left as they are, for
    `values.check_of` to judge by their types.

    Raises:
        TypeError: It is no reading.
    """
    if not isinstance(reading, Reading):
        raise TypeError(f"gave a {type(reading).__name__}: give a Reading(values=...)")
    values = reading.values
    sensor: object = reading.sensor  # as it is, not as it is typed
    is_plain = type(reading) is Reading and type(values) is dict and type(sensor) is str
    if is_plain and _TEXT.issuperset(map(type, values)):
        return reading
    return Reading(
        values={_text(name): value for name, value in dict(values).items()},
        sensor=_text("" if sensor is None else sensor),
        taken_at=reading.taken_at,
        device_time_ms=reading.device_time_ms,
    )


def _text(name: object) -> Any:  # noqa: ANN401 - text, or what stands for something else
    return name if type(name) is str else ForeignValue.of(name, shown(name))
