"""Every format, simulated and read by the real source."""

import threading
from pathlib import Path

import pytest

from collector import Deadline, ListeningSource
from collector.clock import SystemClock
from collector_serial.formats.catalogue import format_names
from collector_serial.plugin import collector_source_kinds
from collector_serial.settings.source import SerialSettings

[KIND] = collector_source_kinds()

MINIMAL = {
    "binary": {
        "framing": {
            "type": "marked",
            "start": "hex:AA",
            "length_at": 1,
            "length_add": 3,
            "max_bytes": 60,
        },
        "checksum": {"method": "crc", "width": 8, "polynomial": 0x31, "initial": 0xFF},
        "field": [
            {"metric": "temperature", "at": 2, "format": "int16", "scale": 0.01, "unit": "°C"},
            {"metric": "flag", "at": 4, "bit": 3},
        ],
    },
    "csv": {"columns": ["temperature", "", "humidity"]},
    "modbus-sniff": {
        "field": [{"metric": "voltage", "address": 0, "function": 4, "format": "float32"}]
    },
    "regex": {"pattern": r"T=\s*(?P<temperature>[-\d.]+)\s?(?:C|F);"},
    "scpi": {"request": [{"send": "MEAS:VOLT:DC?\n", "metric": "voltage"}]},
}


def settings_of(name, **simulate):
    return SerialSettings.model_validate(
        {
            "port": "/dev/none",
            "format": name,
            "simulate": {"every": "5ms", **simulate},
            **MINIMAL.get(name, {}),
        }
    )


class Simulated:
    """A simulated device and the source that reads it."""

    def __init__(self, settings, context):
        self.simulator = KIND.simulate(settings, context)
        self.settings = self.simulator.start()
        self.source = KIND.create(self.settings, context)
        self.source.open()

    def readings(self, count):
        if isinstance(self.source, ListeningSource):
            return self._heard(count)
        deadline = Deadline.after(SystemClock(), 10.0)
        return [
            dict(reading.values) for _ in range(count) for reading in self.source.read("", deadline)
        ]

    def _heard(self, count):
        heard, enough = [], threading.Event()
        late = threading.Timer(10.0, enough.set)
        late.start()

        def emit(reading):
            heard.append(dict(reading.values))
            if len(heard) >= count:
                enough.set()

        self.source.listen(emit, enough)
        late.cancel()
        return heard

    def close(self):
        self.source.close()
        self.simulator.stop()


@pytest.fixture
def simulate(context):
    made = []

    def simulate(settings):
        made.append(Simulated(settings, context))
        return made[-1]

    yield simulate
    for each in made:
        each.close()


@pytest.mark.parametrize("name", format_names())
def test_every_format_is_spoken_and_understood(name, simulate):
    simulated = simulate(settings_of(name))

    readings = simulated.readings(3)

    assert len(readings) >= 3
    assert all(readings)
    assert {metric for reading in readings for metric in reading} <= {
        metric.id for metric in simulated.source.metrics
    }
    assert simulated.source._connection.tally.damaged == 0


def test_stopping_leaves_nothing_behind(simulate, context):
    simulator = KIND.simulate(settings_of("nmea"), context)
    started = simulator.start()

    simulator.stop()

    assert not Path(started.port).parent.exists()
    assert not [thread for thread in threading.enumerate() if thread.name == "serial-simulator"]


def test_a_simulator_that_was_never_started_may_be_stopped(context):
    KIND.simulate(settings_of("nmea"), context).stop()

    assert Path.cwd().exists()
