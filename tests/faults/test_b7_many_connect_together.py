"""B7: 200 collectors find out together that the agent is back after an outage."""

from collections import Counter
from random import Random

from collector.publishing.connection.pauses import Pauses
from collector.testkit.clock import FakeClock

COLLECTORS = 200
MOST_PER_S = 20
ALL_WITHIN_S = 60.0
OUTAGE_S = 300.0


def test_collectors_come_back_one_after_another(row):
    chance = Random(7)
    returns_s = [_return_s(Random(chance.random())) for _ in range(COLLECTORS)]

    peak = max(Counter(int(at_s) for at_s in returns_s).values())
    row.recovered(max(returns_s))
    row.note(f"{peak} connect in one second, by the pauses alone")
    assert max(returns_s) <= ALL_WITHIN_S
    assert peak <= MOST_PER_S


def _return_s(random):
    """Return how long after the end of the outage a collector tries the next time."""
    clock, at_s = FakeClock(), 0.0
    pauses = Pauses(clock, random)
    while at_s < OUTAGE_S:
        pause_s = pauses.while_absent_s()
        clock.advance(pause_s)
        at_s += pause_s
    return at_s - OUTAGE_S
