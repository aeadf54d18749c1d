"""A stream with its framing: frames out and in, and the rest that a line needs between them."""

from collections.abc import Callable

from collector import Clock, Deadline, Tape
from collector_modbus.bus.stream import Stream
from collector_modbus.bus.timing import wire_timing
from collector_modbus.errors import LinkError, NeverSilentError
from collector_modbus.protocol.framing import Frame, Framing, OutOfStepError
from collector_modbus.settings.link import LinkSettings

RETRY_S = 2.0
"""How soon a link that could not be opened is tried again."""

_SHOWN_BYTES = 12

_GAP_S = 0.05
"""Longer than adapters and gateways hold back the rest of a frame: then nothing more comes."""

_STILL_LOOKED_S = 0.5
"""On a busy machine this thread can be so late that an answer in time is there and not yet seen."""


class Line:
    """Opens the link when it is needed, and takes only sound frames from it.

    Args:
        link: Its settings.
        stream: The bytes.
        framing: The frames.
        clock: The time.

    Attributes:
        timing: What follows from the settings.
        has_transaction_ids: Whether an answer names the request that it belongs to.
        is_open: Whether the link is open.
        tape: Where what passes is noted; None for nowhere.
    """

    def __init__(self, link: LinkSettings, stream: Stream, framing: Framing, clock: Clock) -> None:
        self.timing = wire_timing(link)
        self.has_transaction_ids = framing.has_transaction_ids
        self._link = link
        self._stream = stream
        self._framing = framing
        self._clock = clock
        self._buffer = bytearray()
        self.is_open = False
        self.tape: Tape | None = None
        self._rests_until_s = 0.0
        self._cannot_open: tuple[float, LinkError] | None = None

    def open(self) -> None:
        """Open the link unless it is open.

        Raises:
            LinkError: It cannot be opened; known for two seconds without trying again.
        """
        if self.is_open:
            return
        now_s = self._clock.monotonic_s()
        if self._cannot_open is not None and now_s - self._cannot_open[0] < RETRY_S:
            raise self._cannot_open[1]
        try:
            self._stream.open()
        except LinkError as error:
            if self.tape is not None:
                self.tape.note(self._link.key, "error", str(error).encode())
            self._cannot_open = (self._clock.monotonic_s(), error)
            raise
        self.is_open = True
        self._cannot_open = None
        self.rest_for(self._link.delay_after_connect)

    def close(self) -> None:
        """Close the link. May be called twice."""
        self._stream.close()
        self.is_open = False
        self._buffer.clear()

    def send(self, unit_id: int, pdu: bytes, transaction_id: int, deadline: Deadline) -> None:
        """Send a request.

        Raises:
            LinkError: The link broke.
        """
        frame = self._framing.encode(unit_id, pdu, transaction_id)
        self._stream.write(frame, deadline)
        if self.tape is not None:
            self.tape.note(self._link.key, "out", frame)

    def next_frame(self, until_s: float) -> Frame | None:
        """Return the next sound frame; None when none has come by this monotonic instant.

        Raises:
            LinkError: The link broke, or what comes is no Modbus at all.
        """
        while True:
            frame = self._take()
            if frame is not None:
                return frame
            remaining_s = until_s - self._clock.monotonic_s()
            if remaining_s <= -_STILL_LOOKED_S:
                return None
            is_begun = bool(self._buffer) and not self.has_transaction_ids
            data = self._read(max(0.0, min(remaining_s, _GAP_S) if is_begun else remaining_s))
            self._add(data)
            if data:
                continue
            frame = self._take(is_over=True)
            if frame is not None or remaining_s <= 0:
                return frame

    def rest_for(self, seconds: float) -> None:
        """Let the line rest so long from now, before anything is sent."""
        self._rests_until_s = self._clock.monotonic_s() + seconds

    def await_rest(self, on_stray: Callable[[Frame], None], give_up_s: float) -> None:
        """Wait until the line has been silent for as long as it has to rest.

        Args:
            on_stray: Gets the frames that come meanwhile: they answer nothing any more.
            give_up_s: The monotonic instant by which it has to be at rest.

        Raises:
            NeverSilentError: The line never is.
            LinkError: The link broke.
        """
        rest_s = self._rests_until_s - self._clock.monotonic_s()
        needed_s = max(0.0, rest_s)
        while True:
            data = self._read(max(0.0, rest_s))
            now_s = self._clock.monotonic_s()
            self._hear(data, on_stray)
            if data:
                self._rests_until_s = now_s + needed_s
                if now_s >= give_up_s:
                    raise NeverSilentError(
                        f"{self._link.key} is never silent: a second master, or noise"
                    )
            rest_s = self._rests_until_s - now_s
            if not data and rest_s <= 0:
                break
        if self._buffer and self._needs_ends:
            raise LinkError(f"{self._link.key}: an answer broke off in its middle")
        self._buffer.clear()

    def take_rest(self) -> str:
        """Take what is left that made no frame, for a message; empty if there is nothing.

        Where only its end would tell where the next frame begins, the link is closed.
        """
        shown = bytes(self._buffer[:_SHOWN_BYTES]).hex(" ")
        more = " ..." if len(self._buffer) > _SHOWN_BYTES else ""
        if self._buffer and self._needs_ends:
            self.close()
        self._buffer.clear()
        return shown + more

    @property
    def _needs_ends(self) -> bool:
        """Whether a frame that is cut off puts all that follow out of step."""
        return self.has_transaction_ids and not self._stream.is_datagram

    def _read(self, timeout_s: float) -> bytes:
        data = self._stream.read(timeout_s)
        if data and self.tape is not None:
            self.tape.note(self._link.key, "in", data)
        return data

    def _add(self, data: bytes) -> None:
        if data and self._stream.is_datagram:  # never the end of what another one began
            self._buffer.clear()
        self._buffer += data

    def _hear(self, data: bytes, on_stray: Callable[[Frame], None]) -> None:
        self._add(data)
        while (frame := self._take(is_over=not data)) is not None:
            on_stray(frame)

    def _take(self, *, is_over: bool = False) -> Frame | None:
        try:
            return self._framing.take(self._buffer, is_over=is_over)
        except OutOfStepError as error:
            self._buffer.clear()
            if self._stream.is_datagram:
                return None
            raise LinkError(f"{self._link.key}: {error}") from error
