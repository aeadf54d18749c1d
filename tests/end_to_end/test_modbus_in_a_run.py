"""The Modbus examples as whole runs: simulated devices, real protocol, real agent."""

import signal
from pathlib import Path

import pytest

from collector.config import load
from collector.testkit.clock import FakeClock

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"


def tables_of(name):
    """Return the ``[[source]]`` tables of an example, with every interval made short."""
    text = (EXAMPLES / f"{name}.toml").read_text("utf-8")
    for interval in ("30s", "10s", "5s"):
        text = text.replace(f'interval = "{interval}"', 'interval = "1s"')
    return text[text.index("[[source]]") :]


def metrics_of(place):
    config = load(place.config_file, environ={"XDG_STATE_HOME": "/state"}, clock=FakeClock())
    context = {source.sensor: source.context(FakeClock()) for source in config.sources}
    return {
        source.sensor: {
            metric.id
            for metric in source.kind.create(source.settings, context[source.sensor]).metrics
        }
        for source in config.sources
    }


@pytest.mark.parametrize("name", ["modbus-meter-rs485", "modbus-gateway"])
def test_every_metric_of_every_device_is_delivered_and_confirmed(place, name):
    place.configure(tables_of(name))
    wanted = metrics_of(place)
    run = place.collector("--simulate")

    status = run.wait_for(
        lambda status: (
            {(v["sensor"], v["metric"]) for v in status["values"]}
            >= {(sensor, metric) for sensor, metrics in wanted.items() for metric in metrics}
        ),
        "every metric has a value",
    )
    run.wait_until_confirmed(3)

    assert run.stop(signal.SIGINT) == 0
    assert all(source["state"] == "ok" for source in status["sources"])
    ledger = run.ledger()
    assert wanted.keys() == ledger.keys()
    assert all(account["delivered"] == account["accepted"] > 0 for account in ledger.values())


@pytest.mark.alone
def test_a_device_that_misbehaves_in_every_way_costs_the_others_nothing(place):
    link = (
        'link = { type = "rtu", port = "/dev/ttyX", baudrate = 57600, response_timeout = "100ms" }'
    )
    good, bad = (
        f'[[source]]\nplugin = "modbus"\nsensor = "{sensor}"\ninterval = "500ms"\n{link}\n'
        f'unit_id = {unit_id}\nprofile = "eastron-sdm120"\n'
        for sensor, unit_id in (("good", 1), ("bad", 2))
    )
    misdeeds = (
        "[source.simulate]\nseed = 3\ngarbage = 0.2\n"
        'late = { share = 0.2, most = "300ms" }\nexceptions = { share = 0.2, code = 6 }\n'
        'forbidden = [{ register = "input", first = 30, last = 31 }]\n'
    )
    place.configure(good, bad + misdeeds)
    run = place.collector("--simulate")

    run.wait_for(
        lambda status: (
            status["ledger"]
            and {row["source"] for row in status["ledger"] if row["delivered"] > 100}
            == {"good", "bad"}
        ),
        "both have delivered",
    )
    status = run.wait_for(
        lambda status: any("30-31" in note for s in status["sources"] for note in s["notes"]),
        "the forbidden register is named",
    )

    assert run.stop(signal.SIGINT) == 0
    assert {"bad"} == {source["name"] for source in status["sources"] if source["notes"]}
