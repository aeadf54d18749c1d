"""Every format, simulated and read by the real source."""

import threading
from pathlib import Path

import pytest

from collector import Deadline, ListeningSource, SourceUnavailableError
from collector.clock import SystemClock
from collector_serial.decode.make import make_decoder
from collector_serial.dialogue.make import make_main_framer
from collector_serial.formats.catalogue import format_named, format_names
from collector_serial.plugin import collector_source_kinds
from collector_serial.settings.simulate import SimulateSettings
from collector_serial.settings.source import SerialSettings
from collector_serial.simulator.faults import Faults
from collector_serial.simulator.making import make_instrument

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


def test_the_same_seed_makes_the_same_faults():
    def arrivals(seed):
        settings = SimulateSettings(damaged=0.3, torn=0.3, noise=0.3, silent=0.3, seed=seed)
        faults = Faults(settings)
        return [faults.on(b"21.5,40\r\n") for _ in range(100)]

    assert arrivals(1) == arrivals(1) != arrivals(2)


def test_without_faults_a_frame_arrives_as_it_is():
    faults = Faults(SimulateSettings())

    assert {b"21.5\r\n"} == {faults.on(b"21.5\r\n") for _ in range(100)}


@pytest.mark.parametrize("name", ["nmea", "dsmr", "sds011", "pms5003", "sml", "teleinfo"])
def test_a_bad_cable_makes_gaps_and_never_a_wrong_value(name, simulate):
    instrument = make_instrument(format_named(name), [], SystemClock().wall_ms())
    frames = [instrument.frame(float(second)) for second in range(20)]
    faults = {"damaged": 0.2, "torn": 0.1, "noise": 0.2, "silent": 0.1}
    said = [f"hex:{frame.hex()}" for frame in frames]
    simulated = simulate(settings_of(name, **{**faults, "every": "1ms", "frames": said}))

    readings = simulated.readings(200)

    right = decoded(name, b"".join(frames))
    # a label that is damaged beyond the six bits of a check leaves a gap in a reading
    wrong = [found for found in readings if not any(found.items() <= r.items() for r in right)]
    assert [] == wrong
    assert simulated.source._connection.tally.damaged > 0


def decoded(name, stream):
    """Return what each frame of a stream says."""
    made = make_decoder(format_named(name))
    frames = make_main_framer(format_named(name)).feed(stream)
    return [dict(made.decode(frame).values) for frame in frames]


def test_a_device_is_pulled_out_and_put_back_under_the_same_name(simulate):
    settings = settings_of("nmea", unplug_every="300ms", unplugged_for="300ms")
    simulated = simulate(settings)
    name = Path(simulated.settings.port)
    first = name.readlink()

    with pytest.raises(SourceUnavailableError, match="was unplugged"):
        simulated.readings(10_000)
    simulated.source.close()
    with pytest.raises(SourceUnavailableError, match="is not plugged in"):
        simulated.source.open()
    assert wait_until(name.is_symlink)
    simulated.source.open()

    assert simulated.readings(2)
    assert first.name  # it may be given out again: only the name counts


def wait_until(condition):
    deadline = Deadline.after(SystemClock(), 10.0)
    while not condition() and not deadline.has_passed():
        threading.Event().wait(0.01)
    return condition()


def test_a_device_says_what_the_user_wrote_down(simulate):
    settings = settings_of("number", frames=["\n1.5\n", "2.5\n"])

    readings = simulate(settings).readings(4)

    assert {1.5, 2.5} == {reading["value"] for reading in readings}


PATTERNS = [
    r"T=(?P<t>[-\d.]+)",
    r"^(?P<t>-?\d+\.\d+)C,(?P<h>\d+\.\d+)%$",
    r"^(?P<n>\d+)$",
    r"^(ST|US),[^,]+,(?P<w>[-+]? *\d+\.\d+) *(?:kg|g)$",
    r"(?i)temp\w*\s+(?P<t>\d+)",
    r"#\d{3};.(?P<t>\d+)",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_lines_are_made_that_a_pattern_matches(pattern, simulate):
    settings = SerialSettings.model_validate(
        {"port": "x", "format": "regex", "pattern": pattern, "simulate": {"every": "2ms"}}
    )

    assert simulate(settings).readings(2)


def test_a_pattern_that_no_line_could_be_made_of_needs_the_user(context):
    settings = SerialSettings.model_validate(
        {"port": "x", "format": "regex", "pattern": r"^(?P<t>[A-F]{2})$"}
    )

    with pytest.raises(ValueError, match="say some in frames"):
        KIND.simulate(settings, context)
