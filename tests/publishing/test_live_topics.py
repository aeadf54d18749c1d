"""Live data is subscribed to while it is wanted, and what refuses it costs nothing else."""

import pytest

from collector.clock import Deadline
from collector.errors import AgentUnreachableError
from collector.publishing.connection.live_topics import LiveTopics
from collector.testkit.clock import FakeClock
from collector.testkit.transport import MemoryTransport

CLOCK = FakeClock()


class Wants:
    """What is wanted, and whether what proves was given up."""

    def __init__(self):
        self.watched = set()
        self.proving = set()
        self.given_up = 0
        self.topics = LiveTopics(lambda: self.watched, lambda: self.proving, self._give_up)

    def _give_up(self):
        self.given_up += 1
        self.proving = set()

    def follow(self, transport):
        self.topics.follow(transport, lambda: Deadline.after(CLOCK, 5))


def _connected(**more):
    transport = MemoryTransport(CLOCK, **more)
    transport.connect(Deadline.after(CLOCK, 5))
    return transport


def test_what_somebody_watches_and_what_proves_is_subscribed_to_until_nobody_wants_it():
    wants, transport = Wants(), _connected()
    wants.watched, wants.proving = {"a", "b"}, {"b", "c"}

    wants.follow(transport)
    assert ["a", "b", "c"] == transport.subscribed

    wants.watched = set()
    wants.follow(transport)
    assert ["b", "c"] == transport.subscribed
    assert "a" not in wants.topics


def test_nothing_is_said_while_nothing_is_wanted():
    wants, transport = Wants(), _connected()

    wants.follow(transport)

    assert [] == transport.subscribed


def test_the_next_connection_is_asked_anew():
    wants = Wants()
    wants.watched = {"a"}
    wants.follow(_connected())
    wants.topics.disconnected()
    second = _connected()

    wants.follow(second)

    assert ["a"] == second.subscribed


def test_an_agent_that_refuses_what_proves_is_not_asked_again():
    wants, transport = Wants(), _connected(refused_filters=["a"])
    wants.proving = {"a"}

    wants.follow(transport)

    assert 1 == wants.given_up
    assert transport.is_connected


def test_what_somebody_watches_and_is_refused_costs_neither_the_connection_nor_the_rest():
    wants, transport = Wants(), _connected(refused_filters=["a"])
    wants.watched, wants.proving = {"a"}, {"b"}

    wants.follow(transport)
    wants.follow(transport)

    assert ["b"] == transport.subscribed
    assert 0 == wants.given_up


def test_a_broker_that_hangs_up_instead_of_refusing_does_so_twice():
    wants = Wants()
    wants.proving = {"a"}

    for _ in range(2):
        with pytest.raises(AgentUnreachableError):
            wants.follow(MemoryTransport(CLOCK))
        wants.topics.disconnected()

    assert 1 == wants.given_up
