"""H4: the outage lasts longer than the spool holds, and the cap is lowered."""

from faults.fault_load import Load
from faults.ledger_oracle import given_in

CAP_BYTES = 512 * 1024
SEGMENT_BYTES = 1024 * 1024
FLOOD = Load(sensors=4, metrics=5, interval="50ms", per_read=20)


def test_spool_keeps_its_cap_and_drops_its_oldest_counted(bench, row):
    drops = row.pick(2000, 200_000)
    tables = f"[spool]\nmax_bytes = {CAP_BYTES}"
    bench.start(FLOOD, tables=tables)
    bench.agent.kill()
    largest = 0

    def overflows(status):
        nonlocal largest
        largest = max(largest, status["spool"]["bytes"])
        return sum(one["dropped"].get("spool_full", 0) for one in status["ledger"]) >= drops

    bench.wait_for(overflows, "it overflows", row.pick(30, 600))
    assert 0 == bench.collector.stop()
    on_disk = sum(file.stat().st_size for file in (bench.place.state_dir / "spool").iterdir())

    bench.configure(Load(sensors=4, metrics=5, interval="200ms"), tables=tables)
    bench.restart_agent()
    bench.start_collector()
    bench.wait_until_well()
    reckoning = bench.finish()
    row.note(f"{max(largest, on_disk) / 1024:.0f} KiB at most of {CAP_BYTES / 1024:.0f}")
    assert max(largest, on_disk) <= CAP_BYTES + SEGMENT_BYTES
    assert {"spool_full"} >= set(reckoning.dropped)
    assert given_in(bench.record)
