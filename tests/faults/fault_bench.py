"""The bench of a fault: a real collector, a real agent, the line between them, and the accounts.

A row starts it, does its fault, waits for what has to be noticed, and finishes: `finish` holds what
holds for every row against the row's own figures.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from faults import process_cost
from faults.fault_load import SITE, Load
from faults.fault_row import RowRun
from faults.ledger_oracle import (
    TIMESTAMP_TOLERANCE_MS,
    Kills,
    Reckoning,
    given_in,
    reckon,
)
from faults.tcp_proxy import TcpProxy
from faults.watching import Status, Watching
from place import Place
from running import Agent, Collector

RSS_LIMIT_MIB = 100
Journal = Callable[[], list[dict[str, Any]]]


class FaultBench(Watching):
    """Starts, kills and watches; one per test.

    Attributes:
        collector: The one that runs, or ran last.
        agent: The one that runs, or ran last.
        record: Where the sources write down what they give.
        others: Sources that are not recorded ones, whose values are nobody's to account for here.
        kills: When collectors were killed, and what that may cost.
    """

    def __init__(self, place: Place, row: RowRun, enrolled: Path | None = None) -> None:
        self.place = place
        self._enrolled = enrolled
        self.row = row
        self.record = place.path / "record"
        self.record.mkdir(parents=True)
        self.others: frozenset[str] = frozenset()
        self.kills = Kills()
        self.load = Load()
        self.agent: Agent
        self.collector: Collector
        self.peak_rss_mib = 0.0
        self._proxies: list[TcpProxy] = []
        self._faults_file = place.path / "faults.toml"

    # -- starting -------------------------------------------------------------------------------

    def start(
        self,
        load: Load,
        *options: object,
        tables: str = "",
        proxy: bool = False,
        **agent: Any,
    ) -> None:
        """Start all of it, and wait until every sensor had something confirmed.

        Args:
            load: What the recorded sources give.
            options: More of the collector's command line.
            tables: More tables of the configuration, such as ``[spool]``.
            proxy: Have a `TcpProxy` between the two, as ``line``.
            agent: Keys of ``[agent]``.
        """
        self.take_identity()
        self.start_agent()
        if proxy:
            agent["port"] = self.add_proxy().port
        self.configure(load, tables=tables, **agent)
        self.start_collector(*options)
        self.wait_until_well()

    def take_identity(self) -> None:
        """Begin where a collector has enrolled already: few rows are about enrolling."""
        if self._enrolled is not None:
            shutil.copytree(self._enrolled / "agent", self.place.path / "agent")
            state = self._enrolled / "state" / "identity"
            shutil.copytree(state, self.place.state_dir / "identity")

    def start_agent(self, *options: object) -> None:
        """Start the agent; `set_faults` can make it do wrong."""
        self._faults_file.write_text("seed = 7\n")
        self.agent = self.place.agent("--faults", self._faults_file, *options)

    def restart_agent(self, *options: object) -> None:
        """Start the agent again, on the same ports and directory."""
        self.agent = self.place.again(self.agent, "--faults", self._faults_file, *options)

    def configure(self, load: Load, *, tables: str = "", **agent: Any) -> None:
        """Write the configuration for a load at this agent."""
        self.load = load
        self.place.configure(*load.tables(self.record), agent=self.agent, tables=tables, **agent)

    def start_collector(self, *options: object, through: Sequence[str] = ()) -> None:
        """Start the collector with this configuration, perhaps through another program."""
        self.collector = self.place.collector(*options, python_path=SITE, through=through)

    def add_proxy(self) -> TcpProxy:
        """Return a new line to the agent."""
        proxy = TcpProxy(self.agent.ports[1])
        self._proxies.append(proxy)
        return proxy

    @property
    def line(self) -> TcpProxy:
        """The first line to the agent."""
        return self._proxies[0]

    # -- faults ---------------------------------------------------------------------------------

    def set_faults(self, *faults: str) -> None:
        """Have the agent do these wrongs, bodies of ``[[fault]]``; with none it does well again."""
        text = "".join(f"[[fault]]\n{fault}\n" for fault in faults)
        fresh = self._faults_file.with_suffix(".new")
        fresh.write_text(f"seed = 7\n{text}")
        fresh.replace(self._faults_file)

    def kill_collector(self) -> None:
        """Kill it as nothing can be caught, and note when."""
        self._note_rss()
        at_ms = boottime_ms()
        self.collector.kill()
        self.note_kill(at_ms)

    def note_kill(self, at_ms: int) -> None:
        """Note when the collector ended without a word, and what it had written by then."""
        self.kills.note(at_ms, given_in(self.record), self.place.state_dir / "spool")

    # -- the end --------------------------------------------------------------------------------

    def finish(
        self,
        *,
        drain_s: float | None = 60,
        tolerance_ms: float = TIMESTAMP_TOLERANCE_MS,
        journal: Journal | None = None,
    ) -> Reckoning:
        """Let it drain, stop it, and hold all that holds for every row; fills the row.

        Args:
            drain_s: How long a backlog may take; None where there is nobody to take it.
            tolerance_ms: How far a timestamp may be from the time that the source noted.
            journal: What was stored, where it is not the agent that stores.

        Returns:
            What became of every value, for what a row wants beyond that.
        """
        if drain_s is not None:
            self.wait_until_drained(drain_s)
        self.audit()
        self._note_rss()
        status = self.collector.status()
        assert 0 == self.collector.stop()
        rows = (journal or self.agent.journal)()
        stored = [row for row in rows if row["sensor"] not in self.others]
        return self.check(self._final(status), stored, tolerance_ms)

    def check(
        self,
        accounts: list[dict[str, Any]],
        stored: list[dict[str, Any]],
        tolerance_ms: float = TIMESTAMP_TOLERANCE_MS,
    ) -> Reckoning:
        """Compare what was given, stored and counted, as `finish` does."""
        reckoning = reckon(
            given_in(self.record), stored, accounts,
            metrics=self.load.metrics, kills=self.kills, timestamp_tolerance_ms=tolerance_ms,
        )  # fmt: skip
        self.row.count(reckoning)
        assert [] == list(reckoning.complaints)
        assert 0 == reckoning.lost, reckoning
        not_delivered = sum(reckoning.dropped.values()) + reckoning.pending
        assert reckoning.accepted == reckoning.delivered + not_delivered, reckoning
        assert 0 <= reckoning.stored - reckoning.delivered <= not_delivered, reckoning
        assert self.peak_rss_mib < RSS_LIMIT_MIB
        return reckoning

    def ask(self, *words: object) -> tuple[int, str, str]:
        """Run a command with this configuration; return exit code, output and complaints."""
        return self.place.ask(*words, python_path=SITE)

    def audit(self) -> None:
        """Ask the collector whether its sums hold; in the stated form as a user would."""
        if not self.row.is_stated:  # the same answer without the start of another program
            assert [] == self.collector.status()["complaints"]
            return
        code, output, complaints = self.ask("status", "--audit")
        assert (0, "") == (code, complaints), output

    def _final(self, status: Status) -> list[dict[str, Any]]:
        """Return the accounts that it printed at its end, with the causes it told before."""
        printed = self.collector.ledger()
        causes = {account["source"]: account["dropped"] for account in status["ledger"]}
        return [
            {**account, "dropped": _causes(causes.get(source, {}), account["dropped"])}
            for source, account in printed.items()
            if source not in self.others
        ]

    def _note_rss(self) -> None:
        peak_kib = process_cost.peak_rss_kib(self.collector.process.pid)
        self.peak_rss_mib = max(self.peak_rss_mib, peak_kib / 1024)

    def close(self) -> None:
        """End the lines. The place ends the programs."""
        for proxy in self._proxies:
            proxy.close()

    def give_up(self, why: str) -> None:
        """Fail the row with what is known."""
        pytest.fail(f"{self.row.id}: {why}; its log: {self.collector.complaints[-2000:]}")


def _causes(told: dict[str, int], total: int) -> dict[str, int]:
    rest = total - sum(told.values())
    return {**told, "at the stop": rest} if rest else told


def boottime_ms() -> int:
    """Return the boot-time clock, as the sources write it down."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
