"""Which sensors are online: offline after three failed intervals, online on return."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

OnSensorState = Callable[[str, bool], None]

FAILED_INTERVALS = 3
LEAST_PAUSE_S = 1.0
"""Between two looks at all sources: this must not wake the machine at every tick."""

_LONGEST_PAUSE_S = 60.0
_UNFED = ": no source feeds it any more"


class Presence:
    """Knows when each source last gave something, and what follows for the sensors.

    A sensor is offline only when all of its sources are silent. Safe to use from every thread.

    Args:
        on_sensor_state: Told the sensor and whether it is online: when that is known for the first
            time, and at every change. Called by whichever thread notices.
        look_at: Asked to have `check` called at a monotonic instant, inside a long pause.
    """

    def __init__(self, on_sensor_state: OnSensorState, look_at: Callable[[float], None]) -> None:
        self._on_sensor_state = on_sensor_state
        self.look_at = look_at
        self._lock = threading.Lock()
        self._sources: list[SourcePresence] = []
        self._states: dict[str, bool] = {}

    def add(
        self, sensor: str, *, interval_s: float, timeout_s: float, now_s: float
    ) -> "SourcePresence":
        """Add a source.

        Args:
            sensor: The sensor that it feeds.
            interval_s: Seconds between its ticks.
            timeout_s: Seconds that one read may take; infinite for a source that may be silent.
            now_s: The monotonic clock.
        """
        with self._lock:
            source = SourcePresence(self, sensor, interval_s, timeout_s, now_s)
            self._sources = [*self._sources, source]
        return source

    def remove(self, source: "SourcePresence") -> None:
        """Forget a source; a sensor that no other one feeds is offline from now on."""
        with self._lock:
            self._sources = [each for each in self._sources if each is not source]
            for sensor in source.sensors:
                self._settle(sensor)

    def check(self, now_s: float) -> float:
        """Find the sources that have been silent for too long.

        Returns:
            When to check again, on the monotonic clock; at least a second from now.
        """
        sources = self._sources  # as they are now: the list itself never changes
        for source in sources:
            source.check(now_s)
        limits_s = [source.limit_s for source in sources if source.is_present is not False]
        return max(now_s + LEAST_PAUSE_S, min([*limits_s, now_s + _LONGEST_PAUSE_S]))

    def update(self, source: "SourcePresence", present: Callable[[], bool | None]) -> None:
        """Set what a source is, and tell what follows for its sensors.

        Args:
            source: The source.
            present: Says so; asked when no other thread can change it any more.
        """
        with self._lock:
            source.is_present = present()
            for sensor in source.sensors:
                self._settle(sensor)

    def _settle(self, sensor: str) -> None:
        known = [each.is_present for each in self._sources if sensor in each.sensors]
        if any(known):
            self._tell(sensor, online=True)
        elif all(present is False for present in known):
            self._tell(sensor, online=False)

    def _tell(self, sensor: str, *, online: bool) -> None:
        before = self._states.get(sensor)
        if before is not online:
            self._states[sensor] = online
            if not online:
                is_fed = any(sensor in each.sensors for each in self._sources)
                level, why = (logging.WARNING, "") if is_fed else (logging.INFO, _UNFED)
                log.log(level, "sensor %s is offline%s", sensor, why)
            elif before is not None:
                log.info("sensor %s is online again", sensor)
            self._on_sensor_state(sensor, online)


class SourcePresence:
    """One source's part of `Presence`.

    Attributes:
        sensors: The sensors that it feeds.
        is_present: Whether it gives readings; None before that is known.
    """

    def __init__(
        self, presence: Presence, sensor: str, interval_s: float, timeout_s: float, now_s: float
    ) -> None:
        self.sensors = frozenset({sensor})
        self.is_present: bool | None = None
        self._presence = presence
        self._patience_s = FAILED_INTERVALS * interval_s
        self._timeout_s = timeout_s
        self._good_at_s = now_s
        self._allowance_s = timeout_s

    @property
    def limit_s(self) -> float:
        """When it counts as silent, unless it gives something before."""
        return self._good_at_s + self._patience_s + self._allowance_s

    def set_interval(self, interval_s: float) -> None:
        """Set the seconds between its ticks, before it starts."""
        self._patience_s = FAILED_INTERVALS * interval_s

    def good(self, at_s: float) -> None:
        """Note that it gave what it should at the tick of this monotonic instant."""
        self._good_at_s = at_s
        self._allowance_s = self._timeout_s
        if self.is_present is not True:
            self._presence.update(self, lambda: True)

    def failing(self, now_s: float, retry_at_s: float) -> None:
        """Note that it failed, and that nothing can come before it is tried again."""
        over_s = self._good_at_s + self._patience_s
        self._allowance_s = 0.0 if max(now_s, retry_at_s) >= over_s else self._timeout_s
        if now_s < over_s <= retry_at_s:
            self._presence.look_at(over_s)
        self.check(now_s)

    def check(self, now_s: float) -> None:
        """Find out whether it has been silent for too long."""
        if self.is_present is not False and now_s >= self.limit_s:
            self._presence.update(self, lambda: False if now_s >= self.limit_s else self.is_present)

    def succeeds(self, before: "SourcePresence", sensor: str) -> None:
        """Feed from the start what the source before fed, but for the sensor it was configured to.

        Args:
            before: The presence of the source in whose place this one is.
            sensor: The sensor of its configuration, which it need not feed any more.
        """
        self.sensors |= before.sensors - {sensor}

    def feeds(self, sensor: str) -> None:
        """Note a sensor that it feeds."""
        if sensor not in self.sensors:
            self.sensors |= {sensor}
            self._presence.update(self, lambda: self.is_present)
