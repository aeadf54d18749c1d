"""An agent that loses, delays, repeats and refuses: its journal tells what it really has."""

import json

import pytest

PUSH = 'operation = "push_values"\n'
REPLIES = [
    PUSH + 'action = "drop_reply"\nprobability = 0.05',
    PUSH + 'action = "delay"\ndelay_s = 0.3\nprobability = 0.03',
    PUSH + 'action = "duplicate"\nprobability = 0.05',
]
PUSHES = [
    PUSH + 'action = "lose"\nprobability = 0.05',
    PUSH + 'action = "error"\ncode = 3\nprobability = 0.02\ncount = 2',
]
LINES = [
    PUSH + 'action = "close"\nafter = 30\nevery = 40\ncount = 3',
    PUSH + 'action = "error"\ncode = 3\nstore = true\nafter = 20\ncount = 1',
]
FENCES = ['operation = "ping"\naction = "drop_reply"\nafter = 5\ncount = 1']
NEARLY_EMPTY = 30  # readings: what two sources give within the time of a fence
FAST = '[[source]]\nplugin = "counter"\nsensor = "{0}"\ninterval = "20ms"\n'


def _faulty(place, *faults):
    file = place.path / "faults.toml"
    file.write_text("seed = 7\n" + "".join(f"[[fault]]\n{fault}\n" for fault in faults))
    return place.agent("--faults", file)


def _assert_complete(agent, account, sensor):
    """Check that the agent has what is called delivered, and that this is everything."""
    values = sorted(agent.series(sensor))
    assert account["accepted"] == account["delivered"] == len(values)
    assert list(range(1, len(values) + 1)) == values


def _assert_ordered(agent, sensor):
    values = list(agent.series(sensor))
    assert sorted(values) == values


@pytest.mark.parametrize(
    ("faults", "keeps_order"),
    [
        pytest.param(REPLIES, True, id="replies are lost, late and doubled"),
        pytest.param(PUSHES, False, id="pushes are lost after their PUBACK, and refused"),
        pytest.param(LINES, True, id="connections are closed, stored pushes are refused"),
        pytest.param(FENCES, True, id="a fence is not answered"),
    ],
)
def test_nothing_is_lost_or_falsely_confirmed_when(place, faults, keeps_order):
    agent = _faulty(place, *faults)
    place.configure(FAST.format("one"), FAST.format("two"), agent=agent)
    collector = place.collector()

    collector.wait_until_confirmed(200)
    (place.path / "faults.toml").write_text("seed = 7\n")
    collector.wait_for(
        lambda status: status["buffer"]["readings"] < NEARLY_EMPTY,
        "what had to be sent again is delivered once the agent does well",
    )

    assert collector.stop() == 0
    for sensor, account in collector.ledger().items():
        _assert_complete(agent, account, sensor)
        if keeps_order:
            _assert_ordered(agent, sensor)


def test_sensors_that_are_never_answered_or_always_refused_do_not_hold_up_the_others(place):
    agent = _faulty(
        place,
        PUSH + 'sensor = "mute"\naction = "lose"',
        PUSH + 'sensor = "bad"\naction = "error"\ncode = 3',
    )
    place.configure(*(FAST.format(name) for name in ("mute", "bad", "well")), agent=agent)
    collector = place.collector()

    status = collector.wait_for(
        lambda status: (
            "mute: the agent does not answer" in status["delivery"]["message"]
            and "bad: refused with 3 InternalError" in status["delivery"]["message"]
            and status["delivery"]["confirmed_readings"] > 100
        ),
        "both are reported and the other is confirmed",
    )

    assert "agent" == status["delivery"]["confirmed_by"]
    assert collector.stop() == 0
    accounts = collector.ledger()
    assert (0, 0) == (accounts["mute"]["delivered"], accounts["bad"]["delivered"])
    _assert_complete(agent, accounts["well"], "well")
    _assert_ordered(agent, "well")


def test_a_sensor_whose_pushes_are_stored_and_never_answered_is_confirmed_by_its_live_data(place):
    agent = _faulty(place, PUSH + 'sensor = "mute"\naction = "drop_reply"')
    place.configure(*(FAST.format(name) for name in ("mute", "well")), agent=agent)
    collector = place.collector()

    collector.wait_until_confirmed(400)

    assert collector.stop() == 0
    accounts = collector.ledger()
    for sensor in ("mute", "well"):
        _assert_complete(agent, accounts[sensor], sensor)
        _assert_ordered(agent, sensor)


def test_one_metric_that_is_refused_costs_no_other_metric(place):
    agent = _faulty(
        place,
        'operation = "push_values"\nsensor = "pair"\naction = "error"\ncode = 27\n'
        'metrics = ["bad"]\nstore = true\nafter = 10\nevery = 7\ncount = 6',
    )
    place.configure(FAST.format("pair") + 'metrics = ["good", "bad"]\n', agent=agent)
    collector = place.collector()

    collector.wait_until_confirmed(80)

    assert collector.stop() == 0
    account = collector.ledger()["pair"]
    good, bad = agent.series("pair", "good"), agent.series("pair", "bad")
    assert account["delivered"] == account["accepted"] == len(good) + len(bad)
    assert list(good) == list(range(1, len(good) + 1))


def test_sensor_that_was_deleted_at_the_agent_is_made_again_and_loses_nothing(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed(3)

    assert (0, "") == place.ask("sensor", "delete", "counter", "--json")[::2]
    deleted_at = len(agent.series("counter"))
    collector.wait_for(
        lambda status: status["delivery"]["confirmed_readings"] > deleted_at + 15, "it goes on"
    )

    assert collector.stop() == 0
    account = collector.ledger()["counter"]
    values = [row["value"] for row in agent.journal()]
    assert account["accepted"] == account["delivered"] == len(set(values))
    assert 2 == len({row["sensor"] for row in agent.journal()})
    assert json.loads((place.state_dir / "inventory.json").read_text())["sensors"]["counter"][
        "agent_id"
    ]
