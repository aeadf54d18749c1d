"""Sensors and metrics that somebody deletes at the agent, as an operator does: by the commands."""

import json

import pytest
from running import wait_until


def values(agent):
    """Return the values that the agent took, under whichever id of the sensor."""
    return {row["value"] for row in agent.journal()}


def sensors(agent):
    return list(dict.fromkeys(row["sensor"] for row in agent.journal()))


def all_up_to_the_newest(agent):
    return set(range(1, int(max(values(agent))) + 1))


def ended_well(collector):
    assert collector.stop() == 0
    [account] = collector.ledger().values()
    return account["pending"] == account["dropped"] == 0


@pytest.mark.parametrize("inventory", ["annotate", "create"])
def test_a_deleted_sensor_goes_on_under_its_new_id_also_after_a_restart(place, inventory):
    agent = place.agent()
    place.configure(agent=agent, inventory=inventory)
    collector = place.collector()
    collector.wait_until_confirmed(5)

    assert place.ask("sensor", "delete", "counter")[0] == 0
    wait_until(lambda: len(sensors(agent)) == 2, "the agent has it under a new id")
    moved = collector.wait_for(lambda s: s["delivery"]["moved"], "its new id is told")
    assert {"counter": sensors(agent)[-1]} == moved["delivery"]["moved"]
    assert ended_well(collector)
    assert all_up_to_the_newest(agent) == values(agent)

    again = place.collector()
    again.wait_until_confirmed(5)
    assert ended_well(again)
    assert 2 == len(sensors(agent))
    [listed] = json.loads(place.ask("sensor", "list", "--json")[1])
    assert ("counter", "counter") == (listed["sensor_id"], listed["name"])


def test_a_metric_that_was_deleted_while_the_collector_was_down_is_made_again(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed(5)
    assert ended_well(collector)
    assert place.ask("metric", "delete", "counter", "count")[0] == 0

    again = place.collector()
    again.wait_until_confirmed(5)

    assert ended_well(again)
    assert ["counter"] == sensors(agent)
    assert 2 == len({row["metric"] for row in agent.journal()})


def test_with_on_deleted_stop_readings_are_kept_until_somebody_says_so(place):
    agent = place.agent()
    place.configure(agent=agent, on_deleted="stop")
    collector = place.collector()
    collector.wait_until_confirmed(5)
    assert place.ask("sensor", "resume", "counter")[0] == 1

    assert place.ask("sensor", "delete", "counter")[0] == 0
    status = collector.wait_for(
        lambda s: "deleted" in s["delivery"]["message"], "the state says it"
    )
    assert "collector sensor resume counter" in status["delivery"]["message"]
    collector.wait_for(lambda s: s["buffer"]["readings"] > 5, "readings are kept")
    assert ["counter"] == sensors(agent)

    assert place.ask("sensor", "resume", "counter")[0] == 0
    collector.wait_for(
        lambda s: s["buffer"]["readings"] < 4 and not s["delivery"]["message"], "all is sent"
    )
    assert ended_well(collector)
    assert 2 == len(sensors(agent))
    assert all_up_to_the_newest(agent) == values(agent)


def test_nobody_can_take_up_what_no_collector_keeps(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed(1)
    assert collector.stop() == 0

    code, _, complaint = place.ask("sensor", "resume", "counter")

    assert (69, True) == (code, "no collector is running" in complaint)
