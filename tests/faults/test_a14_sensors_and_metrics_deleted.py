"""A14: a sensor or a metric is deleted at the agent while values are pushed."""

from faults.fault_load import BRISK, STANDARD


def test_deleted_sensor_or_metric_is_made_again_and_loses_nothing(bench, row):
    bench.start(row.pick(BRISK, STANDARD))

    for _ in range(row.pick(1, 10)):
        _delete(bench, "sensor", "delete", "s0")
        _delete(bench, "metric", "delete", "s1", "m0")
        bench.wait_until_confirmed_again()

    status = bench.collector.status()["delivery"]
    reckoning = bench.finish()
    row.note(f"{status['resent_readings']} readings sent again")
    assert {} == reckoning.dropped
    assert 1 == status["connections"]


def _delete(bench, *words):
    code, output, complaint = bench.ask(*words, "--json")
    assert (0, "") == (code, complaint), output
