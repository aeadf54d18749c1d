"""What a bench waits for while its collector runs, and reads off it."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faults import process_cost
from faults.fault_load import Load
from faults.fault_row import RowRun
from faults.ledger_oracle import given_in
from running import Collector, wait_until

NAMED_WITHIN_S = 30.0
SMALL_REST = 3
"""Readings per sensor that may wait at any time, as new ones come all the while."""

Status = dict[str, Any]


class Watching:
    """Waits for events with a deadline, and notes in the row how long they took."""

    collector: Collector
    row: RowRun
    load: Load
    record: Path

    def run_for(self, seconds: float) -> None:
        """Let it run: this is how long the fault lasts, or how long it was well before it."""
        time.sleep(seconds)

    def seconds_until_first_reading(self) -> float:
        """Return how long it takes from now until a source gives its first reading."""
        given, started_s = len(given_in(self.record)), time.monotonic()
        wait_until(lambda: len(given_in(self.record)) > given, "a source is read")
        return time.monotonic() - started_s

    @property
    def confirmed(self) -> int:
        """Readings that were confirmed in this run."""
        return self._field("delivery", "confirmed_readings")

    def _field(self, part: str, name: str) -> int:
        status = self.collector.wait_for(lambda status: part in status, "it tells its status")
        return int(status[part][name])

    def wait_for(self, fits: Callable[[Status], Any], what: str, timeout_s: float = 30) -> Status:
        """Return the first status that fits."""
        return self.collector.wait_for(fits, what, timeout_s)

    def seconds_until(
        self, fits: Callable[[Status], Any], what: str, timeout_s: float = NAMED_WITHIN_S
    ) -> float:
        """Return how long it takes from now until a status fits."""
        started_s = time.monotonic()
        self.wait_for(fits, what, timeout_s)
        return time.monotonic() - started_s

    def wait_until_named(self, words: str, timeout_s: float = NAMED_WITHIN_S) -> None:
        """Wait until the delivery's message holds these words, and note how long it took."""
        pattern = re.compile(words)
        self.row.detected(
            self.seconds_until(
                lambda status: pattern.search(status["delivery"]["message"]),
                f"the status names the fault: {words}", timeout_s,
            )
        )  # fmt: skip

    def wait_until_confirmed_again(self, timeout_s: float = 35) -> None:
        """Wait until something more is confirmed, and note how long it took from now."""
        before = self.confirmed
        self.row.recovered(
            self.seconds_until(
                lambda status: status["delivery"]["confirmed_readings"] > before,
                "a reading is confirmed again", timeout_s,
            )
        )  # fmt: skip

    def wait_until_well(self, timeout_s: float = 30) -> None:
        """Wait until every sensor had something confirmed in this run."""
        self.wait_for(
            lambda status: len(status["delivery"]["confirmed_age_s"]) >= self.load.sensors,
            "every sensor is confirmed", timeout_s,
        )  # fmt: skip

    def wait_until_drained(self, timeout_s: float = 60) -> None:
        """Wait until nothing of a backlog is left."""
        self.wait_for(
            lambda status: (
                status["delivery"]["state"] == "connected"
                and status["buffer"]["readings"] <= SMALL_REST * self.load.sensors
            ),
            "the backlog is delivered", timeout_s,
        )  # fmt: skip

    def missed_ticks(self) -> int:
        """Return how many ticks all sources have missed in this run."""
        status = self.collector.wait_for(lambda status: "sources" in status, "its status")
        return sum(source["missed_ticks"] for source in status["sources"])

    def rss_kib(self) -> int:
        """Return how much memory the collector has now."""
        return process_cost.rss_kib(self.collector.process.pid)
