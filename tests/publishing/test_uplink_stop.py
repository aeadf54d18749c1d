"""The network thread: how it stops."""

from collector.clock import Deadline
from collector.publishing.inventory.inventory import InventoryMode
from collector.status import DeliveryState
from collector.wire.topics import Address, Operation, request_topic

NAMING = request_topic(Operation.UPDATE_METRICS, Address("c1", "a"))


def test_a_stop_delivers_what_waits_first(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    for _ in range(100):
        run.put()

    run.uplink.stop(Deadline.after(run.access.clock, 5))

    assert 100 == run.delivered
    assert run.access.transports[0].is_closed


def test_a_stop_takes_no_longer_than_it_takes_to_deliver(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.put()
    started_s = run.access.clock.monotonic_s()

    run.uplink.stop(Deadline.after(run.access.clock, 5))

    assert 1 == run.delivered
    assert run.access.clock.monotonic_s() - started_s < 2


def test_a_stop_does_not_wait_for_an_agent_that_is_silent(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.access.answers = lambda topic, payload: []
    run.put()
    started_s = run.access.clock.monotonic_s()

    run.uplink.stop(Deadline.after(run.access.clock, 0.5))

    assert run.access.clock.monotonic_s() - started_s < 2
    assert 0 == run.delivered
    assert 1 == run.access.ring.status().readings


def test_a_stop_while_metrics_are_being_named_says_nothing_alarming(run, caplog):
    run.access.inventory_mode = InventoryMode.ANNOTATE
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.put()
    run.until(lambda: _is_asked(run, NAMING))

    run.uplink.stop(Deadline.after(run.access.clock, 5))

    assert [] == [each.getMessage() for each in caplog.records if each.levelname != "INFO"]


def test_metrics_that_were_being_named_when_the_line_was_cut_are_named_on_the_next_one(run, caplog):
    run.access.inventory_mode = InventoryMode.ANNOTATE
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.put()
    run.until(lambda: _is_asked(run, NAMING))

    run.access.transports[0].drop("the line was cut")

    run.until(lambda: len(run.access.transports) == 2 and _is_asked(run, NAMING))
    assert ["the line was cut"] == [
        each.getMessage() for each in caplog.records if each.levelname == "WARNING"
    ]


def _is_asked(run, topic):
    return any(each == topic for each, _ in run.access.transports[-1].published)
