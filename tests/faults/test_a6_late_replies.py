"""A6: replies come so late that they could be taken for those of the next push."""

from faults.fault_load import Load

PUSH = 'operation = "push_values"\n'
MANY = Load(sensors=4, metrics=1, interval="50ms", per_read=10)


def test_late_reply_never_confirms_another_push(bench, row):
    pushes, late_s = row.pick((1500, 0.4), (20_000, 12.0))
    bench.start(MANY)

    bench.set_faults(
        PUSH + f'action = "delay"\ndelay_s = {late_s}\nprobability = 0.05',
        PUSH + 'action = "lose"\nprobability = 0.02',
    )
    bench.wait_for(
        lambda status: status["delivery"]["confirmed_readings"] >= pushes,
        f"{pushes} readings are confirmed", row.pick(30, 600),
    )  # fmt: skip
    resent = bench.collector.status()["delivery"]["resent_readings"]
    bench.set_faults()

    reckoning = bench.finish(drain_s=row.pick(30, 300))
    row.note(f"replies {late_s:g} s late, 2 % of the pushes lost as well; {resent} sent again")
    assert {} == reckoning.dropped
