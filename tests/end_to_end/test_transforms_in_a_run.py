"""Transforms from the source to the agent: values, metrics, counts, over a reload and a stop."""

import json
import signal

import pytest

SOURCE = """\
[[source]]
plugin = "counter"
sensor = "counter"
interval = "100ms"
metrics = ["count", "steps"]
isolation = "{isolation}"
"""
TRANSFORMS = """
[[source.transform]]
type = "scale"
metric = "count"
factor = {factor}
unit = "W"

[[source.transform]]
type = "compute"
metric = "even"
expression = "steps % 2 == 0"

[[source.transform]]
type = "rename"
metric = "count"
to = "power"
name = "Power"

[[source.transform]]
type = "window"
metric = "steps"
period = "1s"
figures = ["min", "max", "count"]
"""


def described(place, metric):
    code, output, _ = place.ask("metric", "describe", "counter", metric, "--json")
    return json.loads(output) if code == 0 else {}


def ledger_of(status):
    [account] = status["ledger"]
    return account


@pytest.mark.parametrize("isolation", ["thread", "process"])
def test_the_agent_gets_what_transforms_leave_and_every_value_is_accounted_for(
    place, agent, isolation
):
    place.configure(SOURCE.format(isolation=isolation) + TRANSFORMS.format(factor=10), agent=agent)
    collector = place.collector()
    status = collector.wait_for(
        lambda status: (
            any(value["metric"] == "steps-max" and value["confirmed"] for value in status["values"])
            and ledger_of(status)["delivered"] > 30
        ),
        "a window is confirmed",
    )

    assert collector.stop() == 0

    sent = ["power", "even", "steps-min", "steps-max", "steps-count"]
    assert sent == [value["metric"] for value in status["values"]]
    reads = len(agent.series("counter", "power"))
    assert [10.0 * read for read in range(1, reads + 1)] == list(agent.series("counter", "power"))
    rows = agent.journal()
    assert reads == sum(row["value"] for row in rows if row["metric"] == "steps-count")
    assert {*sent} == {row["metric"] for row in rows}
    account = collector.ledger()["counter"]
    assert account["accepted"] == account["delivered"] == len(rows)
    assert account["filtered"] == reads
    assert f"counter/counter: {reads} filtered (window)" in collector.complaints
    made = len(rows) - reads
    assert f"counter/counter: {made} of those sampled were made" in collector.complaints
    assert account["sampled"] - made == 2 * reads


def test_metrics_are_created_as_they_leave_the_transforms(place):
    agent = place.agent()
    table = SOURCE.format(isolation="thread") + TRANSFORMS.format(factor=10)
    place.configure(table, agent=agent, inventory="create")
    collector = place.collector()
    collector.wait_until_confirmed(20)

    power, even, count = (described(place, name) for name in ("power", "even", "steps-count"))

    assert collector.stop() == 0
    assert ("Power", "SI.Power.WATT") == (power["name"], power["value_unit"])
    assert "bool" == even["value_type"]
    assert ("Number of steps (count)", "integer") == (count["name"], count["value_type"])
    assert {} == described(place, "count")


def test_a_reload_with_another_factor_sends_what_was_gathered_and_goes_on(place, agent):
    slow = TRANSFORMS.replace('"1s"', '"1h"')
    place.configure(SOURCE.format(isolation="thread") + slow.format(factor=10), agent=agent)
    collector = place.collector("--service")
    collector.wait_until_confirmed(10)

    place.configure(SOURCE.format(isolation="thread") + slow.format(factor=0.5), agent=agent)
    collector.process.send_signal(signal.SIGHUP)
    status = collector.wait_for(
        lambda status: (status["last_reload"] or {}).get("ok"), "it is taken over"
    )
    collector.wait_for(
        lambda status: any(
            value["metric"] == "power" and value["value"] < 10 for value in status["values"]
        ),
        "the new factor counts",
    )

    assert "changed counter" in status["last_reload"]["message"]
    assert collector.stop() == 0
    windows = [row["value"] for row in agent.journal() if row["metric"] == "steps-min"]
    assert [1.0, 1.0] == windows  # of the run before the reload, and of the stop
    account = collector.ledger()["counter"]
    assert account["accepted"] == account["delivered"] == len(agent.journal())
