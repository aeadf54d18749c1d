"""The collector's own figures arrive at the agent, and are accounted for like all others."""

import itertools
import json

from running import wait_until

from collector.service.figures import FIGURES

FAST = '[figures]\ninterval = "1s"\n'


def rows(agent):
    return [row for row in agent.journal() if row["sensor"] == "collector"]


def test_they_arrive_as_a_sensor_of_their_own_and_are_accounted_for(place):
    agent = place.agent()
    place.configure(agent=agent, tables=FAST)
    collector = place.collector()

    wait_until(lambda: len(rows(agent)) >= 3 * len(FIGURES), "three readings have arrived")
    code, output, _ = place.ask("status", "--audit")
    assert (0, True) == (code, "holds" in output)
    described = wait_until(
        lambda: (
            (answer := place.ask("metric", "describe", "collector", "cpu_percent", "--json"))[0]
            == 0
            and (told := json.loads(answer[1]))["name"] == "Processor time"
            and told
        ),
        "they have names",
    )
    assert collector.stop() == 0

    last = {row["metric"]: row["value"] for row in rows(agent)}
    account = collector.ledger()["collector"]
    assert "%" == described["value_annotation"]
    assert {figure.metric.id for figure in FIGURES} == last.keys()
    assert "connected" == last["agent_state"]
    assert last["values_delivered"] > 0
    assert 5 * 2**20 < last["memory_resident"] / 8 < 200 * 2**20
    assert account["accepted"] == account["delivered"] == len(rows(agent))
    times = sorted({row["timestamp_ms"] for row in rows(agent)})
    gaps_ms = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(900 <= gap_ms for gap_ms in gaps_ms)


def test_a_short_run_sends_none(place):
    agent = place.agent()
    place.configure(agent=agent, tables='[figures]\ninterval = "60s"\n')
    collector = place.collector()
    collector.wait_until_confirmed(3)

    assert collector.stop() == 0

    assert [] == rows(agent)
    assert ["counter"] == list(collector.ledger())


def test_a_source_with_their_sensor_is_refused_at_the_start(place):
    place.configure('[[source]]\nplugin = "counter"\nsensor = "collector"\n', tables=FAST)

    code, _, complaint = place.ask("check")

    assert 78 == code
    assert "'collector' is that of the collector's own figures" in complaint
