"""What was deleted at the agent and is not made again before somebody says so."""

import logging
import threading
from collections.abc import Mapping
from enum import StrEnum

from collector.wire.units import MetricValue

log = logging.getLogger(__name__)


class OnDeleted(StrEnum):
    """The values of ``[agent] on_deleted``.

    RECREATE makes what was deleted at the agent again. STOP keeps the readings of such a sensor,
    those of its other metrics too, until an operator says that it is to be made again.
    """

    RECREATE = "recreate"
    STOP = "stop"


class Deleted:
    """Sensors that are held because they, or metrics of theirs, were deleted at the agent.

    Safe to use from every thread. A restart forgets them: their next push shows how it is.
    """

    def __init__(self, on_deleted: OnDeleted) -> None:
        self._is_stop = on_deleted is OnDeleted.STOP
        self._lock = threading.Lock()
        self._held: dict[str, Mapping[str, MetricValue]] = {}
        self._resumed: set[str] = set()

    def __contains__(self, sensor: str) -> bool:
        """Tell whether a sensor is held."""
        return sensor in self._held

    def keeps(self, sensor: str, values: Mapping[str, MetricValue]) -> bool:
        """Hold a sensor, if that is wanted; its metrics that are gone, or none for itself."""
        if not self._is_stop:
            return False
        with self._lock:
            is_news = sensor not in self._held
            self._held[sensor] = {**self._held.get(sensor, {}), **values}
        if is_news:
            log.warning("%s", _words(sensor, values))
        return True

    def resume(self, sensor: str) -> bool:
        """Have a sensor made again after all; false where it is not held."""
        with self._lock:
            if sensor not in self._held:
                return False
            self._resumed.add(sensor)  # it is held until the network thread takes it up
        return True

    def take_resumed(self) -> list[tuple[str, Mapping[str, MetricValue]]]:
        """Return the sensors that are to be made again now, with their metrics that are gone."""
        with self._lock:
            found = [(sensor, self._held.pop(sensor)) for sensor in self._resumed]
            self._resumed.clear()
        return found

    def words(self) -> list[str]:
        """Return a line for each sensor that is held, for status."""
        with self._lock:
            return [_words(sensor, values) for sensor, values in self._held.items()]


def _words(sensor: str, values: Mapping[str, MetricValue]) -> str:
    what = f"metrics of it ({', '.join(values)}) were" if values else "it was"
    return (
        f"sensor {sensor}: {what} deleted at the agent; its readings are kept until you say: "
        f"collector sensor resume {sensor}"
    )
