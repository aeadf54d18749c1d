"""The serial and I2C examples as whole runs: simulated devices, real protocols, real agent."""

import re
import signal
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"

METRICS = {
    "weather-station": {
        "outside": {"temperature", "pressure", "humidity", "illuminance"},
        "wind": {"direction", "speed"},
        "box": {"temperature", "pressure"},
        "chimney": {"pressure"},
        "battery": {"bus_voltage", "shunt_voltage", "current", "power"},
        "ground": {"temperature"},
    },
    "smart-meter": {
        "smart meter": {
            "import_energy_t1",
            "import_energy_t2",
            "export_energy_t1",
            "import_power",
            "voltage_l1",
            "current_l1",
            "gas_or_water_volume",
        },
    },
    "scale": {"scale": {"weight", "stable"}, "thermometer": {"temperature"}},
}
"""What the simulated devices of each example give, by sensor."""


def tables_of(name):
    """Return the ``[[source]]`` tables of an example, with every interval made a second."""
    text = (EXAMPLES / f"{name}.toml").read_text("utf-8")
    text = re.sub(r'^interval = "\w+"', 'interval = "1s"', text, flags=re.MULTILINE)
    return text[text.index("[[source]]") :]


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_of_every_instrument_is_delivered_and_confirmed(place, name):
    wanted = METRICS[name]
    place.configure(tables_of(name))
    run = place.collector("--simulate")

    status = run.wait_for(
        lambda status: (
            {(value["sensor"], value["metric"]) for value in status["values"]}
            >= {(sensor, metric) for sensor, metrics in wanted.items() for metric in metrics}
        ),
        "every metric has a value",
    )
    run.wait_until_confirmed(3)

    assert run.stop(signal.SIGINT) == 0
    assert all(source["state"] == "ok" for source in status["sources"])
    assert {(value["sensor"], value["metric"]) for value in status["values"]} == {
        (sensor, metric) for sensor, metrics in wanted.items() for metric in metrics
    }
    ledger = run.ledger()
    sources = {source["name"] for source in status["sources"]}
    assert sources == ledger.keys()
    assert all(account["delivered"] == account["accepted"] > 0 for account in ledger.values())
