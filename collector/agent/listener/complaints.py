"""Log lines about what strangers do: never more than a few."""

import logging
from collections.abc import Callable

log = logging.getLogger("collector.agent.listener")

_LINES = 20
_PERIOD_S = 60.0


class Complaints:
    """Writes at most 20 lines a minute, and then how many it did not write.

    Args:
        now_s: The event loop's clock.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._since_s = now_s()
        self._lines = 0

    def say(self, text: str, *values: object) -> None:
        """Log one line, unless there were too many just now."""
        now_s = self._now_s()
        if now_s - self._since_s >= _PERIOD_S:
            if self._lines > _LINES:
                log.warning("%d more warnings were not shown", self._lines - _LINES)
            self._since_s, self._lines = now_s, 0
        self._lines += 1
        if self._lines <= _LINES:
            log.warning(text, *values)
