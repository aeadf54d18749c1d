"""Sources in real processes of their own, and their sampling on the real clock."""

import importlib
import logging
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.clock import Deadline, SystemClock
from collector.isolation.workers import Workers
from collector.ledger import Ledger, RefusalReason
from collector.plugin.offers import InstalledPlugin
from collector.plugin.source import Source
from collector.sampling.engine import Sampling
from collector.sampling.plan import SourcePlan

SITE = Path(__file__).parent / "isolation" / "site"
TIMEOUT_S = 40.0
INTERVAL_S = 0.2
WELL_INTERVAL_S = 0.5
"""A busy machine may hold up a thread of the test for some tenths of a second."""

CLOCK = SystemClock()


class Bed:
    """Makes isolated sources, samples them, and ends their processes with the test.

    Attributes:
        module: Where the plugin is, for the worker.
        complaints: What was logged.
    """

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.workers = Workers(CLOCK, threading.Event())
        self.module = "trouble_source"
        self.accepted: list[Any] = []
        self._changed = threading.Condition()
        self._sampling: Sampling | None = None
        self._log = _Log()
        self._logger = logging.getLogger("collector")
        self._logger.addHandler(self._log)
        self._logger.setLevel(logging.INFO)

    @property
    def complaints(self) -> list[str]:
        return list(self._log.lines)

    def source(
        self, name: str = "a", kind: str = "trouble", tape: Any = None, **settings: Any
    ) -> Any:
        """Return an isolated source of the plugin of `isolation/site`."""
        module = importlib.import_module("trouble_source")
        [found] = [each for each in module.collector_source_kinds() if each.name == kind]
        made = found.settings(**settings)
        return self.workers.isolate(
            plugin=InstalledPlugin(kind, "trouble-source", "1.0", self.module),
            name=name,
            sensor=name,
            interval_s=INTERVAL_S,
            settings=made,
            refuse=lambda count: self.ledger.refuse(name, name, RefusalReason.TOO_MANY, count),
            tape=tape,
        )

    def opened(self, name: str = "a", **settings: Any) -> Any:
        source = self.source(name, **settings)
        source.open()
        return source

    def start(
        self, timeout_s: float = 1.0, interval_s: float = INTERVAL_S, **sources: Source
    ) -> None:
        """Sample sources under their names; ``well`` is the one that no other may harm."""
        plans = [
            SourcePlan(
                name=name, plugin="trouble", package="trouble-source 1.0", sensor=name,
                source=source, timeout_s=timeout_s, isolation="process",
                interval_s=WELL_INTERVAL_S if name == "well" else interval_s,
            )
            for name, source in sources.items()
        ]  # fmt: skip
        self._sampling = Sampling(
            plans,
            clock=CLOCK,
            ledger=self.ledger,
            accept=self._accept,
            on_sensor_state=lambda *_: None,
            on_metrics=lambda *_: None,
            random=random.Random(1),
        )
        self._sampling.start()

    def wait_for(self, condition: Callable[[], Any], what: str) -> Any:
        """Return the first true answer; asked whenever a reading came, and now and then."""
        end_s = time.monotonic() + TIMEOUT_S
        with self._changed:
            while not (answer := condition()):
                if time.monotonic() > end_s:
                    pytest.fail(f"not within {TIMEOUT_S:g} s: {what}; {self.sources()}")
                self._changed.wait(0.05)
        return answer

    def wait_for_note(self, source: str, text: str) -> None:
        """Wait until a note of a source holds this text."""
        self.wait_for(lambda: any(text in note for note in self.status(source).notes), text)

    def values(self, sensor: str, metric: str) -> list[Any]:
        return [
            dict(zip(one.metrics, one.values, strict=True))[metric]
            for one in list(self.accepted)
            if one.sensor == sensor and metric in one.metrics
        ]

    def status(self, name: str) -> Any:
        [found] = [each for each in self.sources() if each.name == name]
        return found

    def sources(self) -> list[Any]:
        return self._sampling.sources() if self._sampling else []

    def refused(self, source: str) -> dict[str, int]:
        accounts = [each for each in self.ledger.accounts() if each.source == source]
        assert all(account.balances for account in accounts)
        return dict(accounts[0].refused) if accounts else {}

    def stop(self) -> None:
        if self._sampling is not None:
            self._sampling.stop(Deadline.after(CLOCK, 2))
        self.workers.stop()
        self._logger.removeHandler(self._log)
        self._logger.setLevel(logging.NOTSET)

    def _accept(self, reading: Any) -> None:
        with self._changed:
            self.accepted.append(reading)
            self._changed.notify_all()


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def deadline(seconds: float = 5.0) -> Deadline:
    return Deadline.after(CLOCK, seconds)


def pid_of(source: Any) -> int:
    """Return the process of an open polled source."""
    [reading] = source.read("", deadline())
    return int(reading.values["pid"])
