"""The way out of one source, which can be closed while the others go on."""

import threading

from collector.buffering.reading import StampedReading
from collector.sampling.outlet import Outlet


class Gate:
    """Lets the readings of one source through to the outlet. Safe to use from every thread.

    Args:
        outlet: Where they leave.
    """

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._lock = threading.Lock()
        self._is_closed = False

    def put(self, reading: StampedReading) -> bool:
        """Hand a reading on; false once the gate is closed."""
        with self._lock:
            if self._is_closed:
                return False
            self._outlet.put(reading)
            return True

    def close(self) -> None:
        """Let nothing through any more. When this returns, nothing is on its way through."""
        with self._lock:
            self._is_closed = True
