"""The network thread: what other threads ask of the agent through it."""

import pytest
from uplink_rig import PATIENCE_S, P

from collector.errors import (
    AgentError,
    AgentUnreachableError,
    ClientDeletedError,
)
from collector.status import DeliveryState
from collector.wire.topics import Operation


def test_other_threads_ask_the_agent_over_the_same_connection(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    future = run.uplink.request(Operation.LIST_SENSORS, "", "", b"{}")

    assert b"[]" == future.result(PATIENCE_S)
    assert 1 == len(run.access.transports)


def test_a_refused_request_carries_the_agents_error(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    future = run.uplink.request(Operation.UPDATE_CLIENT, "", "", b'{"name":"a b"}')

    with pytest.raises(AgentError, match="25 InvalidClientName"):
        future.result(PATIENCE_S)


def test_a_request_without_a_connection_fails_at_once_with_the_reason(run):
    run.access.connect_errors = [AgentUnreachableError("nobody listens on port 18884")] * 100
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.WAITING)

    with pytest.raises(AgentUnreachableError, match="nobody listens"):
        run.uplink.request(Operation.LIST_SENSORS, "", "", b"{}").result(PATIENCE_S)


def test_values_cannot_be_pushed_by_a_request(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    with pytest.raises(AgentUnreachableError, match="by sources only"):
        run.uplink.request(Operation.PUSH_VALUES, "a", "", b"{}").result(PATIENCE_S)


def test_live_data_is_handed_to_who_watches_a_sensor(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    seen = []

    end = run.uplink.watch("a", seen.append)
    run.until(lambda: f"{P}/sensor/a/livedata" in run.access.transports[0].subscribed)
    run.access.transports[0].deliver(f"{P}/sensor/a/livedata", b"live")

    run.until(lambda: seen == [b"live"])
    end()


def test_deleting_the_client_ends_the_run(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    future = run.uplink.request(Operation.DELETE_CLIENT, "", "", b"{}")
    run.until(lambda: any(t == f"{P}/delete" for t, _ in run.access.transports[0].published))
    run.access.transports[0].drop("cut off")

    assert b"" == future.result(PATIENCE_S)
    assert run.ended.wait(PATIENCE_S)
    assert isinstance(run.fatal[0], ClientDeletedError)
