"""The screen of top: rates, and that it fits a small terminal."""

import io

from rich.console import Console

from collector.cli.top_rates import Rates
from collector.cli.top_screen import drawn
from collector.testkit.clock import FakeClock


def source(name, reads=0, message=""):
    return {
        "name": name, "reads": reads, "state": "ok", "failures": 0, "missed_ticks": 0,
        "message": message, "notes": [],
    }  # fmt: skip


def value(number):
    return {
        "sensor": "s", "metric": f"metric-{number}", "value": 1.5, "unit": "°C", "age_s": 0.1,
        "confirmed": True,
    }  # fmt: skip


STATUS = {
    "version": "1.0",
    "alarms": [
        {"level": "problem", "about": "meter", "message": "x" * 200, "age_s": 5.0}
        for _ in range(9)
    ],
    "sources": [source(f"source-{number}") for number in range(30)],
    "links": [{"sources": ["source-0"], "lateness_p99_s": 0.25}],
    "values": [value(number) for number in range(100)],
    "buffer": {"readings": 3},
    "spool": {"bytes": 0, "max_bytes": 1024**2, "mode": "always"},
    "delivery": {
        "state": "connected", "agent": "a:1", "confirmed_readings": 5, "confirmed_by": "agent",
        "last_confirmed_age_s": 1.0,
    },
}  # fmt: skip


def shown(status, rates):
    console = Console(file=io.StringIO(), width=80, height=24)
    console.print(drawn(status, rates, 24))
    return console.file.getvalue().splitlines()


def test_it_fits_a_small_terminal_whatever_there_is_to_show():
    lines = shown(STATUS, {})

    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert "q leaves" == lines[-1].strip()


def test_a_source_has_its_rate_and_how_late_it_is():
    lines = shown(STATUS, {"source-0": 12.5})

    [line] = [line for line in lines if line.startswith("source-0 ")]
    assert "12.5" in line
    assert "250.0 ms" in line


def test_a_rate_is_what_was_read_between_two_looks():
    clock = FakeClock()
    rates = Rates(clock)

    first = rates.of({"sources": [source("a", 100)]})
    clock.advance(2.0)
    second = rates.of({"sources": [source("a", 110), source("new", 7)]})

    assert {"a": 0.0} == first
    assert {"a": 5.0, "new": 0.0} == second
