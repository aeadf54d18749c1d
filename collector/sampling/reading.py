"""Takes readings out of a plugin's hands: what comes back here runs no code of it any more."""

from collections.abc import Iterable

from collector.plugin.source import Reading


def collect(readings: Iterable[object]) -> list[Reading]:
    """Take what a source gave out of its hands.

    Raises:
        TypeError: It is not what a source should give.
    """
    return [whole(reading) for reading in readings]


def whole(reading: object) -> Reading:
    """Return a reading whose values are a plain dictionary, which can run no code of a plugin.

    Raises:
        TypeError: It is no reading.
    """
    if not isinstance(reading, Reading):
        raise TypeError(f"gave a {type(reading).__name__} where a Reading is due")
    if type(reading.values) is dict:
        return reading
    return Reading(
        values=dict(reading.values),
        sensor=reading.sensor,
        taken_at=reading.taken_at,
        device_time_ms=reading.device_time_ms,
    )
