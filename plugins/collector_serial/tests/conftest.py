"""A serial port that is a pty: the test is the device at its other end."""

import os
import pty
import threading
import tty
from collections.abc import Callable

import pytest

from collector import Deadline, SourceContext
from collector.clock import SystemClock
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


class Device:
    """The end of a pty where the instrument is; the source is at the other."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self._slave = slave
        self._is_plugged = True
        self._answering: threading.Thread | None = None

    def send(self, octets: bytes) -> None:
        view = memoryview(octets)
        while view:
            view = view[os.write(self.master, view) :]

    def receive(self) -> bytes:
        return os.read(self.master, 4096)

    def answer(self, answers: Callable[[bytes], bytes]) -> None:
        """Answer whatever comes, in a thread, until it is unplugged."""

        def run() -> None:
            while True:
                try:
                    self.send(answers(self.receive()))
                except OSError:
                    return

        self._answering = threading.Thread(target=run, daemon=True)
        self._answering.start()

    def unplug(self) -> None:
        if self._is_plugged:
            self._is_plugged = False
            os.close(self._slave)
            os.close(self.master)

    def close(self) -> None:
        if self._answering is not None and self._is_plugged:
            os.close(self._slave)  # the thread's read then fails once the source has closed too
            self._answering.join(PATIENCE_S)
            os.close(self.master)
            self._is_plugged = False
        self.unplug()


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
    made = Device()
    yield made
    made.close()


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
