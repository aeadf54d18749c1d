"""G9: a system call of a source hangs, as on the mount of a file server that is gone."""

import tempfile
from pathlib import Path

import pytest
from faults.dead_mount import DeadMount
from faults.fault_load import BRISK, STANDARD

pytestmark = [pytest.mark.needs_root, pytest.mark.alone]

SYSTEM = (
    '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "500ms"\n'
    'groups = ["memory", "disk"]\n'
)


@pytest.fixture
def mount(bench, own_mounts):
    place = Path(tempfile.mkdtemp(prefix="dead"))
    mount = DeadMount(place)
    yield mount
    mount.close()
    place.rmdir()


def test_call_that_hangs_costs_its_own_metric_alone(bench, mount, row):
    bench.others = frozenset({"gateway"})
    bench.start_agent()
    bench.configure(row.pick(BRISK, STANDARD), tables=SYSTEM)
    bench.start_collector()
    bench.wait_until_well()

    row.detected(
        bench.seconds_until(
            lambda status: any(
                value["metric"].endswith("_answers") and value["value"] is False
                for value in status["values"]
            ),
            "the dead mount is named",
        )
    )
    memory = _reads(bench)
    bench.wait_for(lambda status: _reads(bench) >= memory + 3, "its other metrics go on")

    sources = bench.collector.status()["sources"]
    others = sum(one["missed_ticks"] for one in sources if one["name"] != "gateway")
    row.note(f"{others} ticks of the other sources missed")
    reckoning = bench.finish()
    if row.is_stated:
        assert 0 == others
    assert {} == reckoning.dropped


def _reads(bench):
    sources = bench.collector.status()["sources"]
    return next(source["reads"] for source in sources if source["name"] == "gateway")
