"""The journal: one JSON line per accepted value, for tests that count losses and duplicates."""

import json
from collections.abc import Iterable
from pathlib import Path

from collector.agent.append_log import AppendLog
from collector.agent.readings import Accepted
from collector.wire.units import MetricValue


class Journal:
    """Writes the lines of a push before the push is answered.

    A line is ``{"received_ms", "client", "sensor", "timestamp_ms", "metric", "value"}``. Lines are
    never overwritten: an agent that starts again goes on at the end.

    Args:
        path: The file; it is created when it is not there.

    Raises:
        StateError: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._log = AppendLog(path)
        # A power cut can leave half a line; the next one shall not be glued to it.
        if self._log.size_bytes and not path.read_bytes().endswith(b"\n"):
            self._log.append(b"\n")

    def append(
        self, received_ms: int, client: str, sensor: str, values: Iterable[Accepted]
    ) -> None:
        """Write one line per value.

        Raises:
            StateError: They cannot be written; none of them is there then.
        """
        # The ids are of an alphabet that needs no escapes in JSON.
        start = (
            f'{{"received_ms":{received_ms},"client":"{client}","sensor":"{sensor}","timestamp_ms":'
        )
        lines = [
            f'{start}{timestamp_ms},"metric":"{metric.metric_id}","value":{_text(value)}}}\n'
            for metric, value, timestamp_ms in values
        ]
        self._log.append("".join(lines).encode())

    def close(self) -> None:
        """Release the file. Safe to call twice."""
        self._log.close()


def _text(value: MetricValue) -> str:
    # For nearly all values this is what JSON writes, at a tenth of the cost. Texts are written in
    # ASCII, for some tools take U+0085 and U+2028 for the end of a line.
    return repr(value) if type(value) is float else json.dumps(value)
