"""G8: four programs take all of the processor."""

import sys

from faults.fault_load import BRISK, STANDARD

SPINNERS = 4


def test_busy_machine_makes_it_late_and_costs_nothing(bench, row):
    bench.start(row.pick(BRISK, STANDARD))
    before = bench.collector.status()["delivery"]["connections"]

    words = [sys.executable, "-c", "while True: pass"]
    spinners = [bench.place.process(words) for _ in range(SPINNERS)]
    bench.run_for(row.pick(1.5, 60))
    status = bench.collector.status()
    for spinner in spinners:
        spinner.kill()

    late = max(link["lateness_p99_s"] for link in status["links"])
    row.note(f"{bench.missed_ticks()} ticks missed and counted, 99 % at most {late:.2f} s late")
    assert {} == bench.finish().dropped
    assert before == status["delivery"]["connections"]
