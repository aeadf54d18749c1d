"""What listening and asking have in common: the port, the counts, the metrics that are wanted."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from collector import (
    Instant,
    Metric,
    MetricValue,
    Reading,
    SourceFaultError,
    SourceUnavailableError,
    Tape,
)
from collector_serial.decode.decoder import BadFrameError, Decoded, Decoder, NoValueError
from collector_serial.framing.framer import Framer
from collector_serial.port.adapter import serial_number_of, steady_name_of
from collector_serial.port.lateness import Lateness
from collector_serial.port.line_errors import LineErrors
from collector_serial.port.opening import PortOptions
from collector_serial.port.port import Port
from collector_serial.port.ports import Lease, Ports
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.line import BAUDRATE
from collector_serial.settings.octets import octets
from collector_serial.settings.source import SerialSettings
from collector_serial.tally import Tally

DAMAGED = Metric(id="damaged_frames", name="Damaged frames", annotation="frames")
"""Given with each reading if the user wants it."""

_UNSTEADY = re.compile(r"/dev/tty(USB|ACM)\d+")


class Connection:
    """A serial device: its port while it is open, and what came over it."""

    def __init__(
        self,
        settings: SerialSettings,
        recipe: FormatSettings,
        framer: Framer,
        ports: Ports,
        tape: Tape | None = None,
    ) -> None:
        self._tape = tape
        self._settings = settings
        self._ports = ports
        self._options = _options(settings, recipe)
        self._tally = Tally(framer)
        self._at_open = [octets(found.send) for found in recipe.request if found.at_open]
        self._advice: list[str] = []
        self._lease: Lease | None = None
        self._errors_before = LineErrors()

    @property
    def tally(self) -> Tally:
        """What was received so far."""
        return self._tally

    @property
    def notes(self) -> Sequence[str]:
        """What an operator should know."""
        return [*self._tally.notes(), *self._advice]

    def open(self) -> None:
        """Open the port, and send what switches the device on.

        Raises:
            SourceUnavailableError: It is not there, or another program holds it.
            SourceFaultError: It may not be opened, or it is another adapter than the one wanted.
        """
        self._check_adapter()
        self._lease = self._ports.take(self._options, self._tape)
        for command in self._at_open:
            self.ready().write(command)
        self._advice = list(_advice(self._options.path))
        self._errors_before = self.ready().line_errors()

    def look_at_the_line(self) -> None:
        """Ask the driver what it has counted."""
        self._tally.line_errors = self.ready().line_errors().since(self._errors_before)

    def ready(self) -> Port:
        """Return the port, set as this source needs it.

        Raises:
            SourceUnavailableError: It is not open, or is gone.
        """
        return self._held().ready()

    @property
    def lateness(self) -> Lateness:
        """What is known of late answers on the line.

        Raises:
            SourceUnavailableError: It is not open.
        """
        return self._held().lateness

    @property
    def sends_at_open(self) -> bool:
        """Whether the device is told something at the opening, which it may answer."""
        return bool(self._at_open)

    def close(self) -> None:
        """Let go of the port."""
        if self._lease is not None:
            self._lease.close()
            self._lease = None

    def metrics(self, decoders: Iterable[Decoder]) -> Sequence[Metric]:
        """Return the metrics that are known and wanted."""
        known = {metric.id: metric for decoder in decoders for metric in decoder.metrics}
        wanted = [metric for metric in known.values() if self._wants(metric.id)]
        return (*wanted, DAMAGED) if self._settings.count_frames else wanted

    def decode(self, decoder: Decoder, frame: bytes) -> Decoded:
        """Return what a frame says; count it.

        Raises:
            BadFrameError: It is none of this format.
            NoValueError: It says that there is no value.
        """
        try:
            decoded = decoder.decode(frame)
        except BadFrameError as error:
            self._tally.refuse(error)
            raise
        except NoValueError as error:
            self._tally.miss(error)
            raise
        self._tally.frames += 1
        return decoded

    def reading(self, decoded: Decoded, taken_at: Instant | None = None) -> Reading | None:
        """Return the reading of what a frame said; None if nothing of it is wanted."""
        values = self._wanted(decoded.values)
        if not values:
            return None
        if self._settings.count_frames:
            values[DAMAGED.id] = float(self._tally.damaged)
        return Reading(values=values, taken_at=taken_at, device_time_ms=decoded.device_time_ms)

    def _held(self) -> Lease:
        if self._lease is None:
            raise SourceUnavailableError(f"{self._options.path}: is not open")
        return self._lease

    def _wanted(self, values: Mapping[str, MetricValue]) -> dict[str, MetricValue]:
        if not self._settings.only:
            return dict(values)
        return {metric: value for metric, value in values.items() if self._wants(metric)}

    def _wants(self, metric: str) -> bool:
        patterns = self._settings.only
        return not patterns or any(fnmatchcase(metric, pattern) for pattern in patterns)

    def _check_adapter(self) -> None:
        wanted, path = self._settings.usb_serial_number, Path(self._options.path)
        if not wanted or not path.exists():
            return
        found = serial_number_of(path)
        if found != wanted:
            raise SourceFaultError(
                f"{path}: is the adapter {found!r}, not {wanted!r} as usb_serial_number says"
            )


def _advice(path: str) -> Iterable[str]:
    """Warn of a name that may be another device's after a reboot."""
    if not _UNSTEADY.fullmatch(path):
        return
    steady = steady_name_of(Path(path)) or "a name below /dev/serial/by-id"
    yield f"{path} may be another device after a reboot: use {steady}"


def _options(settings: SerialSettings, recipe: FormatSettings) -> PortOptions:
    return PortOptions(
        path=settings.port,
        baudrate=recipe.baudrate or BAUDRATE,
        bytesize=recipe.bytesize or 8,
        parity=recipe.parity or "N",
        stopbits=recipe.stopbits or 1,
        xonxoff=settings.xonxoff,
        rtscts=settings.rtscts,
        dtr=recipe.dtr,
        rts=recipe.rts,
        rs485=settings.rs485,
        exclusive=settings.exclusive,
    )
