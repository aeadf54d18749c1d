"""A5: the broker acknowledges pushes that are never stored."""

from faults.fault_load import Load

LOSE = 'operation = "push_values"\naction = "lose"\nprobability = 0.02'
MANY = Load(sensors=4, metrics=1, interval="50ms", per_read=10)


def test_no_push_that_was_lost_behind_its_puback_counts_as_delivered(bench, row):
    pushes = row.pick(1500, 20_000)
    bench.start(MANY)

    bench.set_faults(LOSE)
    bench.wait_for(
        lambda status: status["delivery"]["confirmed_readings"] >= pushes,
        f"{pushes} readings are confirmed", row.pick(30, 300),
    )  # fmt: skip
    resent = bench.collector.status()["delivery"]["resent_readings"]
    bench.set_faults()

    reckoning = bench.finish()
    row.note(f"{resent} readings sent again")
    assert resent
    assert {} == reckoning.dropped
