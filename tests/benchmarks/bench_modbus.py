"""Modbus, end to end: what 20 units of 50 float32 cost until the agent has confirmed the values.

Run by hand::

    python tests/benchmarks/bench_modbus.py [--seconds 10] [--rounds 1] [--rates 20 50 100]

``collector run`` reads a simulated device, over one connection to a gateway or over one to each
unit, and delivers to a compatible agent over mutual TLS; each is a process of its own. The baseline
is a bare script with pymodbus and paho that publishes the same messages to the same agent and takes
care of nothing. Rounds alternate. CPU is that of the process that reads and publishes.

A rate is sustained when no more than 1 % of the ticks are missed, nothing is lost, and what waits
for its confirmation is worth less than a second. What the script misses tells of the machine.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rig
from modbus_device import VALUES, Device
from modbus_plant import SETTLE_S, UNITS, Agent, Case, Collector, Script, Watched, watch

RATES_HZ = (1, 10)
LINKS = {1: "gateway", UNITS: "separate"}
WARM_UP_S = 2.0
MOST_MISSED = 0.01
MOST_WAITING_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of the collector gave.

    Attributes:
        watched: What it did.
        before: Its status at the beginning.
        after: Its status at the end.
    """

    watched: Watched
    before: dict[str, Any]
    after: dict[str, Any]

    def grown(self, key: str) -> int:
        """Return how much a sum of the ledger grew."""
        return _of_ledger(self.after, key) - _of_ledger(self.before, key)

    @property
    def missed(self) -> float:
        """The share of ticks that were missed."""
        missed = _of_sources(self.after, "missed_ticks") - _of_sources(self.before, "missed_ticks")
        reads = _of_sources(self.after, "reads") - _of_sources(self.before, "reads")
        return missed / max(1, missed + reads)

    @property
    def lost(self) -> int:
        """Values that were sampled and will not be delivered."""
        return _lost(self.after) - _lost(self.before)

    def lateness_ms(self, key: str) -> float:
        """Return the median of the links' lateness; of that beyond which 1 % lie, the highest."""
        found = [float(link[f"lateness_{key}_s"]) * 1e3 for link in self.after["links"]]
        return statistics.median(found) if key == "p50" else max(found)


def _of_ledger(status: dict[str, Any], key: str) -> int:
    return sum(account[key] for account in status["ledger"])


def _lost(status: dict[str, Any]) -> int:
    return sum(
        sum(account[what].values())
        for account in status["ledger"]
        for what in ("refused", "dropped")
    )


def _of_sources(status: dict[str, Any], key: str) -> int:
    return sum(source[key] for source in status["sources"])


class Bench:
    """Runs the collector and the script on one plant.

    Args:
        root: An empty directory.
        seconds: How long to watch each.
    """

    def __init__(self, root: Path, seconds: float) -> None:
        self._root = root
        self._seconds = seconds

    def collect(self, case: Case, *, has_journal: bool) -> Run:
        """Let the collector run."""
        with (
            Device(case.links) as device,
            Agent(self._root, has_journal=has_journal) as agent,
            Collector(self._root, case, device, agent) as collector,
        ):
            time.sleep(WARM_UP_S)
            before = collector.status()
            time.sleep(SETTLE_S)
            watched = watch(collector.pid, device, agent, self._seconds)
            return Run(watched=watched, before=before, after=collector.status())

    def script(self, case: Case) -> Watched:
        """Let the bare script run."""
        with (
            Device(case.links) as device,
            Agent(self._root, has_journal=True) as agent,
            Script(case, device, agent) as script,
        ):
            time.sleep(WARM_UP_S)
            return watch(script.pid, device, agent, self._seconds)


def show_costs(bench: Bench, rounds: int) -> None:
    """Compare with the bare script at usual rates, and print it."""
    rows, details = [], []
    for links, name in LINKS.items():
        for rate_hz in RATES_HZ:
            case = Case(links=links, rate_hz=rate_hz)
            bare, runs = [], []
            for _ in range(rounds):
                bare.append(bench.script(case))
                runs.append(bench.collect(case, has_journal=True))
            rows.append((f"{name}, {rate_hz} Hz", *_cost_cells(bare, runs)))
            details += [
                (f"{name}, {rate_hz} Hz", *_detail_cells(case, run), f"{_p99(one.delays_ms):.1f}")
                for run, one in zip(runs, bare, strict=True)
            ]
    rig.show(("plant", "script, ms", "collector, ms", "ratio", "script, MB", "collector, MB"), rows)
    print()
    rig.show(
        (
            *("plant", "requests/cycle", "sampled", "delivered", "pending", "lost"),
            *("late p50, ms", "p99", "stamp p50, ms", "p99", "worst", "script's p99"),
        ),
        details,
    )


def _cost_cells(bare: Sequence[Watched], runs: Sequence[Run]) -> tuple[str, ...]:
    costs = [run.watched.cpu_ms_per_1000 for run in runs]
    bare_costs = [one.cpu_ms_per_1000 for one in bare]
    ratios = [cost / one for cost, one in zip(costs, bare_costs, strict=True)]
    return (
        _range(bare_costs, 1),
        _range(costs, 1),
        _range(ratios, 2),
        _range([one.resident_mb for one in bare], 1),
        _range([run.watched.resident_mb for run in runs], 1),
    )


def _detail_cells(case: Case, run: Run) -> tuple[str, ...]:
    watched = run.watched
    delays_ms = watched.delays_ms
    cycles = watched.elapsed_s * case.rate_hz
    return (
        f"{watched.requests / cycles:.1f}",
        f"{run.grown('sampled')}",
        f"{run.grown('delivered')}",
        f"{_of_ledger(run.after, 'pending')}",
        f"{run.lost}",
        f"{run.lateness_ms('p50'):.1f}",
        f"{run.lateness_ms('p99'):.1f}",
        f"{statistics.median(delays_ms):.1f}",
        f"{_p99(delays_ms):.1f}",
        f"{max(delays_ms, key=abs):.1f}",
    )


def _p99(ascending: Sequence[float]) -> float:
    return ascending[len(ascending) * 99 // 100]


def show_ceiling(bench: Bench, rates_hz: Sequence[float]) -> None:
    """Look which rates are sustained, and print it."""
    rows = []
    for links, name in LINKS.items():
        for rate_hz in rates_hz:
            case = Case(links=links, rate_hz=rate_hz)
            rows.append((f"{name}, {rate_hz:g} Hz", *_ceiling_cells(case, bench)))
    rig.show(
        (
            *("plant", "values/s", "missed", "lost", "waiting, s", "sustained"),
            *("core, collector", "agent", "device", "script, missed", "core, script"),
        ),
        rows,
    )


def _ceiling_cells(case: Case, bench: Bench) -> tuple[str, ...]:
    bare, run = bench.script(case), bench.collect(case, has_journal=False)
    watched = run.watched
    bare_missed = 1 - bare.requests / (bare.elapsed_s * case.rate_hz * UNITS)
    per_s = UNITS * VALUES * case.rate_hz
    waiting_s = _of_ledger(run.after, "pending") / per_s
    is_sustained = run.missed <= MOST_MISSED and not run.lost and waiting_s < MOST_WAITING_S
    return (
        f"{watched.requests * VALUES / watched.elapsed_s:.0f}",
        f"{run.missed:.2%}",
        f"{run.lost}",
        f"{waiting_s:.2f}",
        "yes" if is_sustained else "no",
        f"{watched.cpu_s / watched.elapsed_s:.0%}",
        f"{watched.agent_share:.0%}",
        f"{watched.device_share:.0%}",
        f"{max(0.0, bare_missed):.2%}",
        f"{bare.cpu_s / bare.elapsed_s:.0%}",
    )


def _range(figures: Sequence[float], digits: int) -> str:
    """Return the median, and between what the figures lie if there are several."""
    texts = [f"{figure:.{digits}f}" for figure in (min(figures), max(figures))]
    middle = f"{statistics.median(figures):.{digits}f}"
    return f"{middle} ({texts[0]}-{texts[1]})" if len(figures) > 1 else middle


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--rates", type=float, nargs="*", default=[20, 50, 100])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(Path(directory), arguments.seconds)
        show_costs(bench, arguments.rounds)
        print()
        show_ceiling(bench, arguments.rates)


if __name__ == "__main__":
    main()
