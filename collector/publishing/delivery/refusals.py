"""Reads what the agent says when it refuses a push: in our ids, at a bearable length, counted."""

from collections.abc import Callable
from dataclasses import replace

from collector.wire.replies import ErrorReply, parse_error

MAX_SHOWN_CHARACTERS = 200
"""So much of the agent's words is kept; they are shown in logs and status."""


class Refusals:
    """Reads error replies. Used from the network thread alone.

    Args:
        metric_of: From a sensor of ours and the agent's id of a metric to our id of it.

    Attributes:
        unreadable: How many could not be read.
    """

    def __init__(self, metric_of: Callable[[str, str], str]) -> None:
        self._metric_of = metric_of
        self.unreadable = 0

    def read(self, sensor: str, payload: bytes) -> ErrorReply:
        """Return what the agent says of a push to a sensor; what cannot be read is error 2."""
        error = parse_error(payload)
        self.unreadable += not error.is_readable
        return replace(
            error,
            message=" ".join(error.message[:MAX_SHOWN_CHARACTERS].split()),
            metrics=tuple(self._metric_of(sensor, metric) for metric in error.metrics),
        )
