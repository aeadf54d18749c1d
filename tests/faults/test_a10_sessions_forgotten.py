"""A10: the agent remembers no session and no subscription from one connection to the next."""

import time

import pytest
from faults.fault_load import Load
from faults.mini_agent import (
    PINGREQ,
    PUBLISH,
    SUBSCRIBE,
    MiniAgent,
    answer_publish,
    suback,
)

LOAD = Load(sensors=2, metrics=1, interval="50ms")
PUSHES_PER_CONNECTION = 12
SUBACK_DELAY_S = 0.2


def _forgetful(connection, agent):
    """Grant late, hang up after some pushes, and remember nothing."""
    connection.accept()
    order = []
    agent.order.append(order)
    while agent.is_patient or order.count("pushValues") < PUSHES_PER_CONNECTION:
        first, body = connection.packet()
        if first >> 4 == SUBSCRIBE:
            time.sleep(SUBACK_DELAY_S)
            connection.sock.settimeout(0.01)
            order.append(_is_silent(connection))
            connection.sock.settimeout(10)
            connection.send(suback(body))
            order.append("granted")
        elif first >> 4 == PUBLISH:
            answer_publish(connection, agent, body, order)
        elif first >> 4 == PINGREQ:
            connection.send(b"\xd0\x00")


def _is_silent(connection):
    """Tell whether nothing was sent while the subscription was not granted."""
    try:
        return f"spoke {connection.sock.recv(1)!r}"
    except TimeoutError:
        return "waited"


@pytest.fixture
def mini(bench):
    bench.start_agent()
    mini = MiniAgent(bench.agent.directory, _forgetful)
    mini.is_patient = False
    yield mini
    mini.close()


def test_replies_are_subscribed_to_before_the_first_push_of_every_connection(bench, mini, row):
    bench.configure(LOAD, port=mini.port, inventory="off")
    bench.start_collector()
    bench.wait_for(
        lambda status: status["delivery"]["connections"] >= row.pick(4, 50),
        "it connected again and again", row.pick(30, 300),
    )  # fmt: skip

    mini.is_patient = True
    reckoning = bench.finish(journal=lambda: mini.stored)
    row.note(f"{len(mini.order)} connections")
    assert {} == reckoning.dropped
    for order in mini.order:
        assert ["waited", "granted", "ping"] == order[:3]
