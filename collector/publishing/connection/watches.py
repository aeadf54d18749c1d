"""Who watches the live data of which sensor, whatever becomes of connections and identities."""

import threading
from collections.abc import Callable

from collector.wire.fields import MalformedReplyError
from collector.wire.replies import LiveData, live_data_payload, parse_live_data


class Watches:
    """Keeps them, for as long as their watchers want. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watchers: dict[str, list[Callable[[bytes], None]]] = {}

    def add(self, sensor: str, on_live_data: Callable[[bytes], None]) -> Callable[[], None]:
        """Have live data of a sensor handed over, on the network thread; returns what ends it.

        Args:
            sensor: Our id, so that it is followed when the agent has another id for it; the agent's
                of one that is not ours.
            on_live_data: Takes messages with our ids of the metrics.
        """
        with self._lock:
            self._watchers.setdefault(sensor, []).append(on_live_data)

        def end() -> None:
            with self._lock:
                self._watchers[sensor].remove(on_live_data)
                if not self._watchers[sensor]:
                    del self._watchers[sensor]

        return end

    def sensors(self) -> list[str]:
        """Return what is watched."""
        with self._lock:
            return list(self._watchers)

    def hand_over(self, sensor: str, payload: bytes) -> None:
        """Give live data to those who watch a sensor."""
        with self._lock:
            watchers = list(self._watchers.get(sensor, ()))
        for watcher in watchers:
            watcher(payload)


def in_our_ids(payload: bytes, metric_of: Callable[[str], str]) -> bytes:
    """Return live data with our ids of its metrics; what cannot be read stays as it is."""
    try:
        live = parse_live_data(payload)
    except MalformedReplyError:
        return payload
    values = {metric_of(metric): value for metric, value in live.values.items()}
    return live_data_payload(LiveData(values, live.timestamp_ms))
