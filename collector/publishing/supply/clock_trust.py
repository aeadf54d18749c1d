"""Whether this machine's clock can be right, and how long readings wait until it is.

A machine without a battery-backed clock starts in the past and is corrected by the network minutes
later. A clock is doubted when two things come together: nothing disciplines it, and it shows a time
that cannot be, one before this release or before the newest at which readings were sent. Either
alone is no reason: a machine without NTP whose clock is right is not held up, and a disciplined
clock is believed whatever it shows.
"""

import logging
from datetime import UTC, datetime
from typing import Protocol

from collector.buffering.timestamps import MAX_NUDGE_MS
from collector.clock import Clock

log = logging.getLogger(__name__)

RELEASED_AT_MS = 1_735_689_600_000
"""1 January 2025, UTC: no collector ran before, so a clock that shows less was never set."""

END_OF_TIME_MS = 253_402_300_800_000
"""The year 10000: nothing that was noted can be later, unless its file was damaged."""

LOOK_S = 1.0
"""Nobody tells when a clock is set, so it is looked at so often while readings wait for it."""

NOTE_EVERY_MS = 600_000
"""How old the noted time may become; writing it more often would wear a card."""

DEFAULT_HOLD_S = 600.0


class KnownTime(Protocol):
    """Keeps, over restarts, the newest time at which readings were sent."""

    def load(self) -> int:
        """Return it in milliseconds since the epoch; 0 where none was noted."""
        ...

    def note(self, wall_ms: int) -> None:
        """Keep another; never fails."""
        ...


class ClockTrust:
    """Looks at the wall clock. Used from the network thread, but for its attributes.

    Args:
        hold_s: How long readings are held at most while the clock is doubted.

    Attributes:
        is_doubted: The clock cannot be right.
        is_holding: It cannot, and readings wait for it; false once they have waited long enough.
        words: What is wrong, for people; empty when the clock is not doubted.
    """

    def __init__(self, clock: Clock, hold_s: float, known: KnownTime) -> None:
        self._clock = clock
        self._hold_s = hold_s
        self._known = known
        noted_ms = known.load()
        self._noted_ms = noted_ms if 0 <= noted_ms < END_OF_TIME_MS else 0
        self._newest_ms = max(RELEASED_AT_MS, self._noted_ms)
        self._since_s: float | None = None
        self._looked_at_s = 0.0
        self.is_doubted = False
        self.is_holding = False
        self.words = ""
        self.look()

    def look(self) -> None:
        """See how the clock is; to be called before readings are taken to be sent."""
        self._looked_at_s, wall_ms = self._clock.monotonic_s(), self._clock.wall_ms()
        if wall_ms >= self._newest_ms - MAX_NUDGE_MS:
            self._believe(max(self._newest_ms, wall_ms))
        elif self._clock.is_synchronized():  # so what was noted was wrong
            self._believe(wall_ms)
        else:
            self._doubt(wall_ms)

    def next_due_s(self) -> float | None:
        """Return the monotonic time of the next look that is needed without an event."""
        return self._looked_at_s + LOOK_S if self.is_holding else None

    def doubts(self, timestamp_ms: int) -> bool:
        """Tell whether a timestamp that nothing vouches for cannot be right."""
        return self.is_doubted or timestamp_ms < RELEASED_AT_MS

    def _believe(self, newest_ms: int) -> None:
        self._newest_ms = newest_ms
        if self._since_s is not None:
            log.info("the clock of this machine is set: it shows %s", time_text(newest_ms))
        self._since_s, self.words = None, ""
        self.is_doubted = self.is_holding = False
        if not self._noted_ms <= newest_ms < self._noted_ms + NOTE_EVERY_MS:
            self._note(newest_ms)

    def _doubt(self, wall_ms: int) -> None:
        if self._since_s is None:
            self._since_s = self._looked_at_s
        was_holding, was_doubted = self.is_holding, self.is_doubted
        self.is_doubted = True
        self.is_holding = self._looked_at_s < self._since_s + self._hold_s
        if was_doubted and was_holding == self.is_holding:
            return
        self.words = self._explain(wall_ms)
        log.warning("%s", self.words)
        if not self.is_holding and wall_ms >= RELEASED_AT_MS:
            self._note(wall_ms)  # a clock that stays as it is, is believed by the next run

    def _explain(self, wall_ms: int) -> str:
        earlier = (
            "this release" if self._newest_ms <= RELEASED_AT_MS
            else f"the last readings were sent ({time_text(self._newest_ms)})"
        )  # fmt: skip
        what = (
            f"readings wait until it is set, at most {self._hold_s:.0f} s"
            if self.is_holding
            else "readings are sent with the time that it shows"
        )
        return (
            f"the clock of this machine shows {time_text(wall_ms)}, earlier than {earlier}, and "
            f"nothing sets it: {what}"
        )

    def _note(self, wall_ms: int) -> None:
        self._noted_ms = wall_ms
        self._known.note(wall_ms)


def time_text(wall_ms: int) -> str:
    """Return a time as people read it, in UTC."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
