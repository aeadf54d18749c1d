"""A11: a second collector has the same identity, on this machine or on another."""

import shutil
import time
from dataclasses import replace

import pytest
from faults.fault_bench import FaultBench
from faults.fault_load import BRISK
from place import Place
from running import wait_until

STATE_TAKEN = 73
FAR = 100
VALUES_PER_SENSOR = 1_000_000_000


def test_second_collector_of_a_state_directory_refuses_to_start(bench, row):
    bench.start(BRISK)
    first = bench.collector

    bench.start_collector()
    code = bench.collector.wait(10)

    assert STATE_TAKEN == code
    assert "another collector" in bench.collector.complaints
    row.note(f"on one machine the second ends with exit code {code}")
    bench.collector = first
    assert {} == bench.finish().dropped


@pytest.fixture
def copy(bench, tmp_path, row):
    """A collector on "another machine": with a copy of the first one's identity."""
    bench.start(BRISK)
    copy = FaultBench(Place(tmp_path / "copy"), row)
    copy.agent = bench.agent
    copy.configure(replace(BRISK, first_number=FAR))
    shutil.copytree(bench.place.state_dir / "identity", copy.place.state_dir / "identity")
    yield copy
    copy.place.clean_up()


def test_collector_with_a_copied_identity_is_named_and_given_way_to(bench, copy, row):
    copy.start_collector()

    started_s = time.monotonic()
    both = bench.collector, copy.collector
    wait_until(lambda: any(map(_is_taken_over, both)), "one of the two says so", 30)
    row.detected(time.monotonic() - started_s)
    assert 0 == copy.collector.stop()

    if not row.is_stated:  # it would wait for half a minute or more
        assert 0 == bench.collector.stop()
        bench.start_collector()
    bench.wait_until_confirmed_again(70)
    reckoning = bench.finish(journal=lambda: _rows_of(bench))
    assert {} == reckoning.dropped


def _is_taken_over(collector):
    return collector.status().get("delivery", {}).get("state") == "taken_over"


def _rows_of(bench):
    """Return what the agent has of the first collector."""
    return [row for row in bench.agent.journal() if row["value"] < FAR * VALUES_PER_SENSOR]
