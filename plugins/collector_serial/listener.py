"""The source that listens to a device that talks by itself. I/O only."""

from collections.abc import Callable, Sequence

from collector import (
    Deadline,
    ListeningSource,
    Metric,
    Reading,
    Resources,
    SourceContext,
    StopSignal,
)
from collector_serial.connection import Connection
from collector_serial.decode.decoder import BadFrameError, Decoded, Decoder, NoValueError
from collector_serial.framing.framer import Framer
from collector_serial.reader import FrameReader
from collector_serial.settings.source import SerialSettings
from collector_serial.talker import LONGEST_WAIT_S

_LOOKS_EVERY_S = 5.0
"""How often a listener asks the driver what it has counted."""


class SerialListener(ListeningSource):
    """Listens to a device that talks by itself.

    Args:
        connection: The device.
        framer: Finds its frames.
        decoder: Turns them into values.
    """

    def __init__(
        self,
        settings: SerialSettings,
        context: SourceContext,
        connection: Connection,
        framer: Framer,
        decoder: Decoder,
    ) -> None:
        self._link = settings.key
        self._port = settings.port
        self._clock = context.clock
        self._log = context.log
        self._connection = connection
        self._framer = framer
        self._decoder = decoder

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`. Grows when a device turns out to tell more."""
        return self._connection.metrics((self._decoder,))

    @property
    def may_learn_metrics(self) -> bool:
        """See `Source`."""
        return True

    @property
    def link(self) -> str:
        """See `Source`. The port."""
        return self._link

    @property
    def resources(self) -> Resources:
        """See `Source`. The port."""
        return Resources(devices=[self._port])

    @property
    def notes(self) -> Sequence[str]:
        """See `Source`. Damaged frames, and what may be wrong with the settings."""
        return self._connection.notes

    def open(self) -> None:
        """See `Source`."""
        self._connection.open()
        self._framer.restart()

    def listen(self, emit: Callable[[Reading], None], stop: StopSignal) -> None:
        """See `ListeningSource`. Stamps a reading when its last byte has come."""
        reader = FrameReader(self._connection.ready().read, self._framer)
        next_look = Deadline.after(self._clock, _LOOKS_EVERY_S)
        while not stop.is_set():
            if next_look.has_passed():
                self._connection.look_at_the_line()
                next_look = Deadline.after(self._clock, _LOOKS_EVERY_S)
            frames = reader.frames(LONGEST_WAIT_S)
            taken_at = self._clock.now() if frames else None
            for frame in frames:
                decoded = self._decoded(frame)
                reading = decoded and self._connection.reading(decoded, taken_at)
                if reading:
                    emit(reading)

    def close(self) -> None:
        """See `Source`."""
        self._connection.close()

    def _decoded(self, frame: bytes) -> Decoded | None:
        try:
            return self._connection.decode(self._decoder, frame)
        except (BadFrameError, NoValueError) as error:
            self._log.debug("a frame %s", error)
            return None
