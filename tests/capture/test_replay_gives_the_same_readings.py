"""Replay(record(x)) = x: the real sources of each kind of bus, and a device that is simulated."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from collector.capture.devices import Replay
from collector.capture.feed import Feed
from collector.capture.lines import Header
from collector.capture.reading import load_recording
from collector.capture.recorder import Recorder
from collector.capture.secrets import Mask
from collector.capture.session import Session
from collector.capture.taps import Tap
from collector.clock import Deadline, SystemClock
from collector.config import SourceConfig, load, make
from collector.errors import SourceUnavailableError
from collector.plugin.kind import Simulator
from collector.plugin.source import ListeningSource, Reading, Source

READS = 3
DEADLINE_S = 20.0

ASKED = {
    "modbus-tcp": 'plugin = "modbus"\nprofile = "eastron-sdm120"\n'
    'link = { type = "tcp", host = "192.0.2.1" }',
    "modbus-udp": 'plugin = "modbus"\nprofile = "pzem-016"\n'
    'link = { type = "udp", host = "192.0.2.1" }',
    "modbus-rtu": 'plugin = "modbus"\nprofile = "pzem-016"\n'
    'link = { type = "rtu", port = "/dev/ttyS9", baudrate = 115200 }',
    "serial": 'plugin = "serial"\nformat = "mt-sics"\nport = "/dev/ttyS9"',
    "i2c": 'plugin = "i2c"\ndevice = "bme280"',
    "i2c-behind-a-mux": 'plugin = "i2c"\ndevice = "sht35"\nmux = { address = 0x70, channel = 2 }',
    "iio": 'plugin = "iio"\ndevice = "bme280"',
    "hwmon": 'plugin = "hwmon"\ndevice = "sht3x"\nalarms = true',
    "w1": 'plugin = "w1"\ndevice = "28-0316a2794b2f"',
    "i2c-with-faults": 'plugin = "i2c"\ndevice = "sht35"\n[source.simulate]\nnack = 0.3\ncrc = 0.3',
}
OTHER_SERIAL = (
    'plugin = "serial"\nformat = "scpi"\nport = "/dev/ttyS9"\n'
    'request = [{ send = "READ?\\n", metric = "v" }]\nresponse_timeout = "300ms"'
)
LISTENING = 'plugin = "serial"\nformat = "nmea"\nport = "/dev/ttyS9"\nsimulate = { every = "50ms" }'


class Enough:
    """Stops a listening source when it has given so many readings, or in any case after a while."""

    def __init__(self, readings: Sequence[Any], count: int) -> None:
        self._readings, self._count = readings, count
        self._deadline = Deadline.after(SystemClock(), DEADLINE_S)

    def is_set(self) -> bool:
        return len(self._readings) >= self._count or self._deadline.has_passed()

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        return self.is_set()


def configured(tmp_path: Path, text: str) -> SourceConfig:
    file = tmp_path / "collector.toml"
    head = f'[collector]\nstate_dir = "{tmp_path}"\n[[source]]\nsensor = "s"\ninterval = "1s"\n'
    file.write_text(f"{head}{text}\n", "utf-8")
    return load(file, simulate=True).sources[0]


def read(source: Source) -> list[dict[str, Any] | str]:
    """Return what some reads give: values, or the error."""
    found: list[dict[str, Any] | str] = []
    for _ in range(READS):
        try:
            readings = source.read("", Deadline.after(SystemClock(), 5.0))
            found += [dict(reading.values) for reading in readings]
        except SourceUnavailableError as error:
            found.append(str(error))
    return found


def listen(source: Source) -> list[dict[str, Any] | str]:
    assert isinstance(source, ListeningSource)
    found: list[dict[str, Any] | str] = []

    def emit(reading: Reading) -> None:
        found.append(dict(reading.values))

    source.listen(emit, Enough(found, 2 * READS))
    return found[: 2 * READS]


def opened(source: Source, look: Callable[[Source], Any]) -> Any:
    try:
        source.open()
        return look(source)
    except SourceUnavailableError as error:
        return [str(error)]
    finally:
        source.close()


def both(tmp_path: Path, text: str, look: Callable[[Source], Any]) -> tuple[Any, Any]:
    """Return what the simulated device gives while it is recorded, and what its recording gives."""
    config, clock, file = configured(tmp_path, text), SystemClock(), tmp_path / "recording"
    with file.open("wb", buffering=0) as stream:
        recorder = Recorder(
            stream.write, header_of(config), Mask(), clock, max_bytes=10**6, on_full=pytest.fail
        )
        kind = config.kind
        assert kind is not None
        assert kind.simulate is not None
        simulator = kind.simulate(config.settings, config.context(clock))
        seen = with_device(
            simulator, lambda settings: make(config, settings, clock, recorder.tape("s")), look
        )
    return seen, replayed(config, file, look)


def replayed(config: SourceConfig, file: Path, look: Callable[[Source], Any]) -> Any:
    clock = SystemClock()
    device = Replay(load_recording(file)).device(config, config.context(clock))
    assert device is not None
    return with_device(
        device.simulator, lambda settings: device.told(make(config, settings, clock)), look
    )


def recorded_while_it_runs(config: SourceConfig, file: Path) -> Any:
    """Return what a source gives that was read for a while already when it came to be recorded."""
    clock = SystemClock()
    tap, feed = Tap("s", clock), Feed(clock)
    assert config.kind is not None
    assert config.kind.simulate is not None
    simulator = config.kind.simulate(config.settings, config.context(clock))
    source = make(config, simulator.start(), clock, tap)
    try:
        with tap.setting_up():
            source.open()
        read(source)
        session = Session(feed, {"s": tap.join(feed)}, Mask(), clock.monotonic_s())
        seen = read(source)
        tap.leave(feed)
    finally:
        source.close()
        simulator.stop()
    with file.open("wb", buffering=0) as stream:
        recorder = Recorder(
            stream.write, header_of(config), Mask(), clock, max_bytes=10**6, on_full=pytest.fail
        )
        for name, event in [*session.beginning(), *session.events(0.0)]:
            recorder.keep(name, event)
    return seen


def header_of(config: SourceConfig) -> Header:
    return Header(version="1", recorded_at_ms=1, sources={"s": {"plugin": config.plugin}})


def with_device(
    simulator: Simulator, source: Callable[[Any], Source], look: Callable[[Source], Any]
) -> Any:
    settings = simulator.start()
    try:
        return opened(source(settings), look)
    finally:
        simulator.stop()


@pytest.mark.parametrize("text", ASKED.values(), ids=ASKED)
def test_a_device_that_is_asked(tmp_path: Path, text: str) -> None:
    seen, played = both(tmp_path, text, read)

    assert seen
    assert seen == played


SUNSPEC = 'plugin = "modbus"\nprofile = "sunspec"\nlink = { type = "tcp", host = "192.0.2.1" }'


@pytest.mark.parametrize("text", [*ASKED.values(), SUNSPEC], ids=[*ASKED, "modbus-sunspec"])
def test_a_device_that_was_being_read_when_the_recording_began(tmp_path: Path, text: str) -> None:
    config = configured(tmp_path, text)

    seen = recorded_while_it_runs(config, tmp_path / "recording")

    assert seen
    assert seen == replayed(config, tmp_path / "recording", read)


def test_a_device_that_talks_by_itself(tmp_path: Path) -> None:
    seen, played = both(tmp_path, LISTENING, listen)

    assert len(seen) == 2 * READS
    assert seen == played


@pytest.mark.parametrize(
    ("recorded", "asked", "wanted"),
    [
        (ASKED["i2c"], 'plugin = "i2c"\ndevice = "sht35"\naddress = 0x76', "the transfer '30 93'"),
        (
            ASKED["modbus-tcp"],
            ASKED["modbus-tcp"] + "\nunit_id = 7\n[source.invalid]",
            "unit 7, 04 00 00 00 20",
        ),
        (
            ASKED["serial"],
            OTHER_SERIAL,
            "52 45 41 44 3f 0a",
        ),
    ],
    ids=["i2c", "modbus", "serial"],
)
def test_what_was_never_recorded_gets_no_answer_and_the_message_says_so(
    tmp_path: Path, recorded: str, asked: str, wanted: str
) -> None:
    both(tmp_path, recorded, read)
    config, clock = configured(tmp_path, asked), SystemClock()

    device = Replay(load_recording(tmp_path / "recording")).device(config, config.context(clock))
    assert device is not None
    played = with_device(
        device.simulator, lambda settings: device.told(make(config, settings, clock)), read
    )

    assert f"(the recording has no answer to {wanted})" in str(played[0])


def test_a_recording_is_played_faster(tmp_path: Path) -> None:
    both(tmp_path, LISTENING, listen)
    config, clock = configured(tmp_path, LISTENING), SystemClock()
    last_s = load_recording(tmp_path / "recording").tape("s").events[2].at_s

    device = Replay(load_recording(tmp_path / "recording"), speed=1000.0).device(
        config, config.context(clock)
    )
    assert device is not None
    began_s = clock.monotonic_s()
    played = with_device(device.simulator, lambda settings: make(config, settings, clock), listen)

    assert len(played) == 2 * READS
    assert clock.monotonic_s() - began_s < max(1.0, last_s)
