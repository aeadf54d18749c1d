"""A whole run of the collector for a test: simulated devices, real delivery, what was accepted."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collector.plugin.loader import PluginLoader
from collector.testkit.journal import Journal
from collector.testkit.programs import CollectorProgram, wait_until

TIMEOUT_S = 30
"""For a read of what a busy machine simulates; less than what is waited for an accepted reading."""

_SOURCE_KEYS = re.compile(r"^\[\[source\]\](\n(?!\[).*)*", re.MULTILINE)
_SCHEDULE = re.compile(r"^(interval|timeout) = .*\n?", re.MULTILINE)
_INTERVAL = re.compile(r"^interval = .*$", re.MULTILINE)
_PLUGIN = re.compile(r"^plugin = .*$", re.MULTILINE)


class WholeRun:
    """``collector run --simulate`` of a configuration, in processes of its own.

    Args:
        directory: Empty; all of the run lies there.
        sources: The ``[[source]]`` tables.

    Attributes:
        collector: The process, with its status and its log.
        journal: What the agent accepted, value by value.
    """

    def __init__(self, directory: Path, sources: str) -> None:
        config, state = directory / "collector.toml", directory / "state"
        self.journal = Journal(directory / "journal")
        directory.mkdir(parents=True, exist_ok=True)
        head = f'[collector]\nstate_dir = "{state}"\n\n[figures]\nenabled = false\n\n'
        config.write_text(head + sources, "utf-8")
        self.collector = CollectorProgram(
            directory, config, state, "--simulate", "--journal", self.journal.file
        )

    def accepted(self, sensor: str, readings: int = 1) -> list[Mapping[str, Any]]:
        """Wait until the agent has accepted so many readings of a sensor; return all it has by now.

        Returns:
            The value of each metric by its id, a reading each, the oldest first.

        Raises:
            AssertionError: They did not come in time; says what the collector says.
        """

        def look() -> list[dict[str, Any]] | None:
            if not self.collector.is_running:
                raise AssertionError(f"the run has ended: {self.collector.complaints}")
            found = self.journal.readings(sensor)
            return found if len(found) >= readings else None

        try:
            return [*wait_until(look, f"the agent accepts {readings} readings of {sensor!r}")]
        except AssertionError as failure:
            told = self.collector.status().get("sources", self.collector.complaints)
            raise AssertionError(f"{failure}; {told}") from None

    def stop(self) -> None:
        """Have it end in order, and hold that it did: exit code 0, within ten seconds."""
        code = self.collector.stop()
        if code:
            raise AssertionError(f"it ended with {code}: {self.collector.complaints}")


def quick_example(kind: str, interval: str = "200ms") -> str:
    """Return the example of an installed kind, read at this interval, with `TIMEOUT_S` for a read.

    Raises:
        PluginError: No such kind is installed, or its package is broken.
    """
    return quickened(PluginLoader().load(kind).example, interval)


def quickened(example: str, interval: str) -> str:
    """Return an example that is read at this interval, with `TIMEOUT_S` for a read.

    By default a read has as long as its interval. With one as short as that of a test, a simulated
    device on a busy machine would answer too late, and what it said would be lost.
    """
    line = f'interval = "{interval}"'
    of_groups_too = _INTERVAL.sub(line, example)
    return _SOURCE_KEYS.sub(lambda table: _scheduled(table[0], line), of_groups_too)


def _scheduled(table: str, line: str) -> str:
    """Return the keys of a source with this line and our time limit in place of its own."""
    lines = f'{line}\ntimeout = "{TIMEOUT_S}s"'
    return _PLUGIN.sub(lambda found: f"{found[0]}\n{lines}", _SCHEDULE.sub("", table))
