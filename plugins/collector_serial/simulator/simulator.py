"""A simulated serial instrument, read by the real source over a pty."""

import threading

from collector import SourceContext
from collector.testkit.serial_port import FakeSerialPort
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.octets import octets
from collector_serial.settings.request import RequestSettings
from collector_serial.settings.source import SerialSettings
from collector_serial.simulator.faults import Faults
from collector_serial.simulator.making import make_instrument

_LISTENS_S = 0.1
_ONLY_HERE = {"parity": "N", "bytesize": 8, "stopbits": 1}
"""A pty knows no other; the bytes are the same."""


class SerialSimulator:
    """An instrument that speaks the format of a source, with the faults that are asked for.

    Raises:
        ValueError: The format does not tell enough to speak it.
    """

    def __init__(self, settings: SerialSettings, context: SourceContext) -> None:
        self._settings = settings
        self._recipe: FormatSettings = settings.recipe()
        self._clock = context.clock
        self._instrument = make_instrument(
            self._recipe, settings.simulate.frames, context.clock.wall_ms()
        )
        self._faults = Faults(settings.simulate)
        self._port: FakeSerialPort | None = None
        self._stopped = threading.Event()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._started_at_s = 0.0
        self._turns_at_s = 0.0

    def start(self) -> SerialSettings:
        """Plug it in and return settings that read it."""
        self._port = FakeSerialPort()
        self._started_at_s = self._clock.monotonic_s()
        self._turns_at_s = self._started_at_s + self._settings.simulate.unplug_every
        self._thread = threading.Thread(
            target=self._run, args=(self._port,), name="serial-simulator", daemon=True
        )
        self._thread.start()
        return on_pty(self._settings, self._port.path)

    def stop(self) -> None:
        """Pull it out and remove what was made."""
        self._stopped.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        if self._port is not None:
            self._port.close()

    def _run(self, port: FakeSerialPort) -> None:
        answers = is_asked(self._recipe)
        while not self._stopped.is_set():
            self._plug_in_or_out(port)
            if answers and port.is_plugged_in:
                self._answer(port, port.receive(_LISTENS_S))
            else:
                self._talk(port)

    def _talk(self, port: FakeSerialPort) -> None:
        with self._changed:
            if not self._stopped.is_set():
                self._clock.wait(self._changed, self._settings.simulate.every)
        if not self._stopped.is_set():
            port.send(self._faults.on(self._instrument.frame(self._t_s())))

    def _answer(self, port: FakeSerialPort, heard: bytes) -> None:
        request = self._known(heard)
        if heard and not (request and request.at_open):
            port.send(self._faults.on(self._instrument.answer(request, heard, self._t_s())))

    def _known(self, heard: bytes) -> RequestSettings | None:
        known = [found for found in self._recipe.request if octets(found.send) in heard]
        return min(known, key=lambda found: found.at_open, default=None)

    def _t_s(self) -> float:
        return self._clock.monotonic_s() - self._started_at_s

    def _plug_in_or_out(self, port: FakeSerialPort) -> None:
        simulate = self._settings.simulate
        now_s = self._clock.monotonic_s()
        if not simulate.unplug_every or now_s < self._turns_at_s:
            return
        if port.is_plugged_in:
            port.unplug()
            self._turns_at_s = now_s + simulate.unplugged_for
        else:
            port.plug_in()
            self._turns_at_s = now_s + simulate.unplug_every


def on_pty(settings: SerialSettings, port: str) -> SerialSettings:
    """Return settings that read a pty instead: the same but for what a pty does not know."""
    return settings.model_copy(
        update={"port": port, "rs485": None, "dtr": None, "rts": None}
        | {"usb_serial_number": "", "rtscts": False, **_ONLY_HERE}
    )


def is_asked(recipe: FormatSettings) -> bool:
    """Tell whether an instrument of this format only speaks when it is asked."""
    return bool(recipe.dialogue) or any(not request.at_open for request in recipe.request)
