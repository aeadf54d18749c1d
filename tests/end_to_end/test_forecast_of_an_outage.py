"""What `collector explain` says of an outage, held against one with simulated devices."""

import json
import os
import signal
from contextlib import contextmanager

import pytest
from faults import machine
from faults.own_mounts import take_own_mounts
from faults.small_disk import LoopDisk
from running import agents_of

CLOSELY = 0.1
LESS_CLOSELY = 0.15
"""Of what the kernel writes by itself, and when, a few seconds show little."""

CHIPS = "".join(
    f'[[source]]\nplugin = "i2c"\nsensor = "chip-{bus}"\ninterval = "50ms"\n'
    f'bus = {bus}\ndevice = "sht31"\n'
    for bus in (1, 2, 3, 4)
)
CHIP = '[[source]]\nplugin = "i2c"\nsensor = "chip"\ninterval = "500ms"\ndevice = "sht31"\n'
WRITTEN = 48
"""Values, two of each reading."""


def foretold(place):
    code, output, _ = place.ask("explain", "--json")
    assert code == 0
    return json.loads(output)


@contextmanager
def outage(run):
    """Have the agent of a simulated run answer nothing."""
    [agent] = agents_of(run.process.pid)
    os.kill(agent, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(agent, signal.SIGCONT)


def pending(status):
    return sum(each["pending"] for each in status["ledger"])


def accepted(status):
    return sum(each["accepted"] for each in status["ledger"])


def is_full(status):
    return any(each["dropped"].get("spool_full") for each in status["ledger"])


def test_the_hours_of_outage_that_the_spool_holds_are_foretold_within_a_tenth(place):
    place.configure(CHIPS, tables='[spool]\nmax_bytes = "128KiB"\nsync = "1h"\n')
    forecast = foretold(place)
    values_per_hour = 2 * forecast["to_agent"]["most"]["messages"] / 24
    run = place.collector("--simulate")
    run.wait_until_confirmed(4)

    with outage(run):
        status = run.wait_for(is_full, "the spool is full")

    held = forecast["storage"]["spool_hours"] * values_per_hour
    assert held * (1 - CLOSELY) <= pending(status)
    assert pending(status) <= (held + held / 7) * (1 + CLOSELY)  # an eighth is a segment


@pytest.fixture
def disk(place):
    if reason := machine.LACKS["needs_root"]():
        pytest.skip(reason)
    take_own_mounts()
    disk = LoopDisk(place.path / "disk.img", place.path / "card", megabytes=256)
    yield disk
    disk.close()


def test_what_an_outage_writes_to_the_disk_is_foretold(place, disk):
    place.configure(CHIP, tables=f'[spool]\ndirectory = "{disk.place}"\nsync = "every"\n')
    storage = foretold(place)["storage"]
    run = place.collector("--simulate")
    run.wait_until_confirmed(2)

    with outage(run):
        disk.flush()
        before, first = disk.written_bytes, run.wait_for(bool, "it answers")
        last = run.wait_for(lambda status: accepted(status) >= accepted(first) + WRITTEN, "more")
        disk.flush()
    written = disk.written_bytes - before

    days = (accepted(last) - accepted(first)) / 2 / (2 * 86400)
    assert written == pytest.approx(storage["outage_bytes"] * days, rel=LESS_CLOSELY)
