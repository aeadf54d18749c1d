"""A6: replies come so late that they could be taken for those of the next push."""

from faults.fault_load import Load
from faults.ledger_oracle import given_in

PUSH = 'operation = "push_values"\n'
MANY = Load(sensors=4, metrics=1, interval="50ms", per_read=10)


def test_late_replies_cost_nothing(bench, row):
    pushes, late_s = row.pick((1500, 0.4), (20_000, 12.0))
    bench.start(MANY)

    bench.set_faults(PUSH + f'action = "delay"\ndelay_s = {late_s}\nprobability = 0.05')
    resent = _resent_until_confirmed(bench, pushes, row.pick(30, 600))
    bench.set_faults()

    reckoning = bench.finish(drain_s=row.pick(30, 300))
    row.note(f"replies {late_s:g} s late, {resent} pushes sent again")
    assert {} == reckoning.dropped


def test_late_replies_confirm_none_of_the_pushes_that_are_lost(bench, row):
    if not row.is_stated:
        return  # what a window of a few hundred readings shows is chance
    bench.start(MANY)

    bench.set_faults(
        PUSH + 'action = "delay"\ndelay_s = 12\nprobability = 0.05',
        PUSH + 'action = "lose"\nprobability = 0.02',
    )
    _resent_until_confirmed(bench, 20_000, 600)
    bench.set_faults()
    bench.wait_until_drained(300)
    assert 0 == bench.collector.stop()

    stored = {one["value"] for one in bench.agent.journal()}
    false = [each for each in given_in(bench.record) if each.value not in stored]
    row.note(f"with 2 % of the pushes lost as well, {len(false)} falsely confirmed")
    assert [] == false


def _resent_until_confirmed(bench, readings, timeout_s):
    status = bench.wait_for(
        lambda status: status["delivery"]["confirmed_readings"] >= readings,
        f"{readings} readings are confirmed", timeout_s,
    )  # fmt: skip
    return status["delivery"]["resent_readings"]
