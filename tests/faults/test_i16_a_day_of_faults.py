"""I16: the faults of a day, one after the other; memory, files and threads stay flat."""

import time
from random import Random

from faults import process_cost
from faults.fault_load import Load
from faults.growth import growth
from faults.soak_faults import DEVICES, OTHERS, Soak
from running import wait_until

LOAD = Load(interval="100ms")
FAULTS_PER_HOUR = 60
"""Of the day that is run through: what a fault costs counts so often in an hour."""

ROUNDS = (8, 24 * FAULTS_PER_HOUR)
WARM_UP = 0.25
"""Of the rounds: until all was done some times, and there is the memory for it."""

KIB_PER_HOUR = 50
KIB_AT_FIRST = 8 * 1024
"""In a warm-up, and so in the short form: what is loaded once it is needed, and buffers."""

MOST_WAITING = 1000
"""Readings: faults that come faster than what they delay is delivered wait until it is."""

DRAINED_WITHIN_S = 180
"""A sensor whose pushes were not answered again and again is asked once a minute."""

LOOKS = 20


def settle(bench):
    """Wait until nothing waits and all devices are read; return files and threads there are then.

    Those of a moment, as of a plugin that crashes once more, are not among them.
    """
    bench.wait_until_drained(DRAINED_WITHIN_S)
    bench.wait_for(
        lambda status: (
            DEVICES <= {each["name"] for each in status["sources"] if each["state"] == "ok"}
        ),
        "the devices are read",
    )
    pid, looks = bench.collector.process.pid, []
    for _ in range(LOOKS):
        bench.run_for(0.05)
        looks.append((process_cost.files(pid), len(process_cost.threads(pid))))
    return tuple(map(min, zip(*looks, strict=True)))


def strike(bench, soak, rounds):
    """Do so many faults; return the memory after each, in KiB."""
    kib = []
    for _ in range(rounds):
        soak.strike()
        bench.wait_until_confirmed_again()
        kib.append(bench.rss_kib())
        if bench.collector.status()["buffer"]["readings"] > MOST_WAITING:
            bench.wait_until_drained(DRAINED_WITHIN_S)
    return kib


def has_no_more(bench, files, threads):
    now = settle(bench)
    return now[0] <= files and now[1] <= threads


def test_nothing_grows_and_the_ledger_is_exact(bench, row, serial_devices):
    soak, rounds = Soak(bench, *serial_devices(2), Random(7)), row.pick(*ROUNDS)
    bench.others = OTHERS
    bench.start(LOAD, "--service", tables=soak.tables(), proxy=True)
    first_kib, began_s = bench.rss_kib(), time.monotonic()

    warming_up = strike(bench, soak, int(rounds * WARM_UP))
    files, threads = settle(bench)
    kib = strike(bench, soak, rounds - len(warming_up))
    minutes = (time.monotonic() - began_s) / 60
    wait_until(lambda: has_no_more(bench, files, threads), "there are no more files and threads")

    row.note(f"{rounds} faults of {len(soak.done)} kinds in {minutes:.0f} minutes")
    row.note(f"{files} files and {threads} threads before and after; {max(kib)} KiB at most")
    assert {} == bench.finish().dropped
    assert max(warming_up) - first_kib < KIB_AT_FIRST
    if row.is_stated:
        assert_is_flat(row, growth(kib))


def assert_is_flat(row, found):
    """Hold the bound for the upper end of the confidence interval."""
    slope, margin = (each * FAULTS_PER_HOUR for each in (found.slope, found.margin))
    row.note(
        f"{slope:.1f} KiB/h more, with 95 % confidence {slope + margin:.1f} at most,"
        f" at {FAULTS_PER_HOUR} faults an hour"
    )
    assert slope + margin < KIB_PER_HOUR
