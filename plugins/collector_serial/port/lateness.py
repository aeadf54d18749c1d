"""Answers that come when nobody waits for them any more."""

from dataclasses import dataclass
from math import inf

_LONGEST_SILENCES = 5


@dataclass(slots=True)
class Lateness:
    """How long a line has to be silent before somebody may be asked on it again.

    It belongs to the line, not to a source or an opening: a device does not know who waits.

    Attributes:
        silence_s: How long a late answer is waited for after the last byte.
        until_s: When that will be over, monotonic; long ago if no answer is late.
        at_latest_s: When it will be over even if the line does not fall silent.
    """

    silence_s: float = 0.0
    until_s: float = -inf
    at_latest_s: float = -inf

    @property
    def is_awaited(self) -> bool:
        """Whether an answer may come late."""
        return self.until_s > -inf

    def begin(self, silence_s: float, asked_s: float, now_s: float) -> None:
        """Note that an answer did not come, or was damaged.

        Args:
            silence_s: How long an answer may take, and then be late.
            asked_s: When the request was sent; its answer may have had little time.
            now_s: The time, monotonic like the other.
        """
        self.silence_s = silence_s
        self.until_s = max(now_s + silence_s, asked_s + 2 * silence_s)
        self.at_latest_s = now_s + _LONGEST_SILENCES * silence_s

    def go_on(self, now_s: float) -> None:
        """Note that something came. A device that never falls silent is not waited for for ever."""
        later_s = min(now_s + self.silence_s, self.at_latest_s)
        self.until_s = max(self.until_s, later_s)

    def end(self) -> None:
        """Note that the line was silent for long enough."""
        self.until_s = -inf
