"""I15: asked to stop twice, and while it starts."""

import signal

from faults.fault_load import BRISK, STANDARD
from running import wait_until


def test_no_way_to_stop_leaves_a_traceback_or_anything_to_clean(bench, row):
    bench.start(row.pick(BRISK, STANDARD))
    bench.collector.process.send_signal(signal.SIGINT)
    bench.collector.process.send_signal(signal.SIGINT)
    bench.collector.process.send_signal(signal.SIGPIPE)
    assert 0 == bench.collector.wait(10)
    for after_s in row.pick((0.1, 0.5), (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)):
        bench.start_collector()
        bench.run_for(after_s)
        assert bench.collector.stop() in (0, -signal.SIGTERM)
        assert "Traceback" not in bench.collector.complaints

    bench.start_collector()
    wait_until(bench.collector.status, "it runs")
    bench.wait_until_well()
    assert {} == bench.finish().dropped
