"""Counts what came over a line, and puts it into words for an operator."""

from collections.abc import Iterable, Sequence

from collector_serial.framing.framer import Framer
from collector_serial.port.line_errors import LineErrors

_ALARMING_BYTES = 500
"""So many bytes without a frame are no accident."""


class Tally:
    """What was received so far.

    Args:
        framer: Counts the frames that are not whole and the bytes that belong to none.

    Attributes:
        frames: Frames that were understood.
        refused: Whole frames that are not of the format.
        without_value: Frames that were understood and hold no value.
        line_errors: What the driver has counted since the opening.
    """

    def __init__(self, framer: Framer) -> None:
        self._framer = framer
        self.frames = 0
        self.refused = 0
        self.without_value = 0
        self.line_errors = LineErrors()
        self._reason = ""

    @property
    def damaged(self) -> int:
        """Frames that were thrown away: not whole, or not of the format."""
        return self._framer.damaged + self.refused

    def refuse(self, error: Exception) -> None:
        """Count a whole frame that is not of the format."""
        self.refused += 1
        self._reason = str(error)

    def miss(self, error: Exception) -> None:
        """Count a frame without a value."""
        self.without_value += 1
        self._reason = str(error)

    def notes(self) -> Sequence[str]:
        """Return what an operator should know; nothing while all is well."""
        notes = []
        if not self.frames and self._framer.skipped_bytes > _ALARMING_BYTES:
            notes.append(
                f"{self._framer.skipped_bytes} bytes and no frame among them: wrong baudrate, "
                "parity or format?"
            )
        if self.damaged:
            seen = self.frames + self.without_value + self.damaged
            last = f", the last {self._reason}" if self.refused else ""
            notes.append(f"{self.damaged} of {seen} frames were damaged{last}")
        if self.without_value and not self.refused:
            notes.append(f"{self.without_value} frames held no value, the last: {self._reason}")
        return [*notes, *self._line_notes()]

    def _line_notes(self) -> Iterable[str]:
        errors = self.line_errors
        if errors.framing or errors.parity:
            yield (
                f"{errors.framing} bytes came without a stop bit, {errors.parity} with a wrong "
                "parity: noise, or wrong settings of the line"
            )
        if errors.lost:
            yield f"{errors.lost} bytes were lost before they could be read"
