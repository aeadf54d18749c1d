"""What an agent accepted, as it wrote it down."""

import json
from pathlib import Path
from typing import Any


class Journal:
    """What an agent accepted: one JSON line per value, over all its lives.

    Args:
        file: Where the agent writes it; it need not be there yet.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per value: ``sensor``, ``metric``, ``value``, ``timestamp_ms`` and more."""
        if not self.file.exists():
            return []
        lines = self.file.read_text("utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def readings(self, sensor: str) -> list[dict[str, Any]]:
        """Return what was accepted of a sensor, a dictionary per timestamp, in its order."""
        found: dict[int, dict[str, Any]] = {}
        for row in self.rows():
            if row["sensor"] == sensor:
                found.setdefault(row["timestamp_ms"], {})[row["metric"]] = row["value"]
        return [found[at_ms] for at_ms in sorted(found)]
