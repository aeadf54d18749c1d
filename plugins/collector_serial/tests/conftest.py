"""A serial port that is a pty: the test is the device at its other end."""

import threading
from collections.abc import Callable

import pytest

from collector import Deadline, SourceContext
from collector.clock import SystemClock
from collector.testkit.serial_port import FakeSerialPort
from collector_serial.making import make_source
from collector_serial.port.ports import Ports
from collector_serial.settings.source import SerialSettings

PATIENCE_S = 10.0


class Stop:
    """A signal that the test sets."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        return self._event.wait(timeout)


class Device(FakeSerialPort):
    """The end of a pty where the instrument is, for which the source has to make room."""

    def send(self, octets: bytes, patience_s: float = PATIENCE_S) -> None:
        super().send(octets, patience_s)


class Listening:
    """A listening source at work in a thread."""

    def __init__(self, source, device: Device) -> None:
        self.source = source
        self.device = device
        self.readings = []
        self.error = None
        self._stop = Stop()
        self._came = threading.Condition()
        source.open()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.source.listen(self._emit, self._stop)
        except Exception as error:  # noqa: BLE001 - shown to the test
            self.error = error
        with self._came:
            self._came.notify_all()

    def _emit(self, reading) -> None:
        with self._came:
            self.readings.append(reading)
            self._came.notify_all()

    def wait_for(self, count: int) -> list[dict]:
        with self._came:
            self._came.wait_for(lambda: len(self.readings) >= count or self.error, PATIENCE_S)
            return [dict(reading.values) for reading in self.readings]

    def wait_until(self, condition: Callable[[], bool]) -> bool:
        deadline = Deadline.after(SystemClock(), PATIENCE_S)
        while not condition() and not deadline.has_passed():
            with self._came:
                self._came.wait(0.01)
        return condition()

    def wait_for_the_end(self) -> Exception | None:
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self.error

    def stop(self) -> None:
        self._stop.set()
        self.wait_for_the_end()
        self.source.close()


@pytest.fixture
def clock():
    return SystemClock()


@pytest.fixture
def context(clock):
    return SourceContext("instrument", "instrument", 1.0, clock)


@pytest.fixture
def device():
    with Device() as made:
        yield made


@pytest.fixture
def make(device, context):
    """Return what makes a source on the device; made sources are closed at the end."""
    made, ports = [], Ports()

    def make(**settings):
        source = make_source(
            SerialSettings.model_validate({"port": device.path, **settings}), context, ports
        )
        made.append(source)
        return source

    yield make
    for source in made:
        source.close()


@pytest.fixture
def listen(make, device):
    """Return what makes a source on the device listen."""
    listening = []

    def listen(**settings):
        listening.append(Listening(make(**settings), device))
        return listening[-1]

    yield listen
    for each in listening:
        each.stop()
