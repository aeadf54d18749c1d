"""B6: the connection is reset in the middle of a push, after every number of bytes."""

import time

from faults.fault_load import Load
from running import wait_until

LOAD = Load(sensors=1, metrics=1, interval="300ms")


def test_reset_after_any_number_of_bytes_loses_nothing(bench, row):
    bench.start(LOAD, proxy=True)
    length = _bytes_of_a_push(bench)

    offsets = row.pick([1, length // 2, length], range(1, length + 1))
    for offset in offsets:
        connections = bench.line.connections
        bench.line.cut_after(offset)
        wait_until(lambda before=connections: bench.line.connections > before, "it connects again")
        bench.wait_until_confirmed_again()

    reckoning = bench.finish()
    row.note(f"{len(offsets)} offsets of {length} bytes")
    assert {} == reckoning.dropped
    assert reckoning.duplicates <= 2 * len(offsets)


def _bytes_of_a_push(bench):
    """Return what a push and its fence take on the line."""
    before, started_s = bench.line.upstream_bytes, time.monotonic()
    bench.wait_for(lambda status: status["sources"][0]["reads"] >= 8, "it pushes")
    pushes = (time.monotonic() - started_s) / 0.3
    return round((bench.line.upstream_bytes - before) / max(1, round(pushes)))
