"""Another collector with our identity: told apart from everything that only looks like it."""

import pytest

from collector.errors import (
    AgentAbsentError,
    AgentHungUpError,
    AgentUnreachableError,
    IdentityInUseError,
)
from collector.publishing.connection.rivalry import Rivalry
from collector.publishing.delivery.fence import Fences
from collector.testkit.clock import FakeClock

KICKED = AgentHungUpError("the agent closed the connection")


class Bench:
    def __init__(self):
        self.clock = FakeClock()
        self.rivalry = Rivalry(self.clock)

    def lose(self, error=KICKED, *, after_s=1.0, is_idle=True):
        self.rivalry.connected()
        self.rivalry.is_idle = is_idle
        self.clock.advance(after_s)
        return bool(self.rivalry.suspicion(error))


@pytest.fixture
def bench():
    return Bench()


def test_three_connections_that_the_agent_ended_soon_are_a_take_over(bench):
    assert [False, False, True, True] == [bench.lose() for _ in range(4)]


def test_an_agent_that_hangs_up_on_what_is_pushed_is_suspected_later(bench):
    ends = [bench.lose(is_idle=False) for _ in range(6)]

    assert [False, False, False, False, False, True] == ends


@pytest.mark.parametrize(
    "other",
    [AgentUnreachableError("the line was cut"), AgentAbsentError("nobody listens")],
)
def test_a_line_that_is_cut_and_an_agent_that_is_started_again_are_no_take_over(bench, other):
    assert not any(bench.lose(error) for error in (KICKED, KICKED, other) * 5)


def test_connections_that_last_are_no_take_over(bench):
    assert not any(bench.lose(after_s=31) for _ in range(10))


def test_a_connection_that_lasted_ends_the_suspicion(bench):
    assert [bench.lose() for _ in range(3)][-1]

    assert not bench.lose(after_s=31)
    assert [False, False, True] == [bench.lose() for _ in range(3)]


def test_a_connection_that_never_came_about_is_not_counted(bench):
    assert not any(bench.rivalry.suspicion(KICKED) for _ in range(5))


def test_what_shows_another_collector_is_believed_at_once(bench):
    assert bench.lose(IdentityInUseError("another collector"), after_s=100)


def test_fences_of_another_collector_are_told_from_ours_and_from_pings_of_people():
    ours, others = Fences(), Fences()
    answer = ours.make(0.0, 0.0).payload().replace(b"request", b"answer")
    foreign = others.make(0.0, 0.0)

    assert "" == ours.foreign_nonce(answer)
    assert foreign.nonce == ours.foreign_nonce(foreign.payload().replace(b"request", b"answer"))
    assert "" == ours.foreign_nonce(b'{"answer": "hello"}')
    assert "" == ours.foreign_nonce(b"not JSON")
