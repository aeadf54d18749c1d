"""H4: the outage lasts longer than the spool holds, and the cap is lowered between two runs."""

from faults.fault_load import Load
from faults.ledger_oracle import given_in

from collector.buffering.spool.settings import segment_bytes

CAP_BYTES, LOWER_BYTES = 512 * 1024, 192 * 1024
FLOOD = Load(sensors=4, metrics=5, interval="50ms", per_read=20)
TRICKLE = Load(sensors=4, metrics=5, interval="200ms")


def test_spool_keeps_its_cap_and_drops_its_oldest_counted(bench, row):
    drops = row.pick(2000, 200_000)
    bench.start(FLOOD, tables=f"[spool]\nmax_bytes = {CAP_BYTES}")
    bench.agent.kill()
    largest = 0

    def overflows(status):
        nonlocal largest
        largest = max(largest, status["spool"]["bytes"])
        return sum(one["dropped"].get("spool_full", 0) for one in status["ledger"]) >= drops

    bench.wait_for(overflows, "it overflows", row.pick(30, 600))
    assert 0 == bench.collector.stop()
    largest = max(largest, bytes_on_disk(bench))
    row.note(f"{largest / 1024:.0f} KiB at most of {CAP_BYTES / 1024:.0f}")
    assert largest <= CAP_BYTES + segment_bytes(CAP_BYTES)

    bench.configure(TRICKLE, tables=f"[spool]\nmax_bytes = {LOWER_BYTES}")
    bench.start_collector()
    bench.wait_for(lambda status: status["spool"]["bytes"] <= LOWER_BYTES, "the lower cap is kept")
    bench.run_for(row.pick(1, 30))
    lower = bytes_on_disk(bench)
    row.note(f"lowered between two runs: {lower / 1024:.0f} KiB of {LOWER_BYTES / 1024:.0f}")
    assert lower <= LOWER_BYTES + segment_bytes(LOWER_BYTES)

    bench.restart_agent()
    bench.wait_until_well()
    reckoning = bench.finish()
    assert {"spool_full"} == set(reckoning.dropped)
    assert_the_oldest_went(bench)


def bytes_on_disk(bench):
    return sum(file.stat().st_size for file in (bench.place.state_dir / "spool").iterdir())


def assert_the_oldest_went(bench):
    """Hold that of each sensor nothing is missing that is newer than what waited and is stored."""
    stored = {row["value"] for row in bench.agent.journal()}
    for sensor in range(bench.load.sensors):
        values = [one.value for one in given_in(bench.record) if one.sensor == f"s{sensor}"]
        missing = [value for value in values if value not in stored]
        waited = values[values.index(missing[0]) :]
        assert waited[: len(missing)] == missing
