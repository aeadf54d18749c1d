"""The wall-clock time of readings: given when they are put, in whatever order they are sent.

A reading that is sent again after a restart has to carry the same timestamp as before, so it gets
one when it is put, and that is stored with it. While nothing disciplines the clock the timestamp is
tentative. Once the clock is known to be right, the offset between wall clock and boot-time clock is
noted for this boot, and kept for as long as readings of it may wait: whatever was taken earlier in
that boot gets its true time from it before it is first sent, also after a reboot.

The correction follows from the reading and the offset alone, so it is the same in whatever order
readings are sent, and after every restart. That corrected timestamps of a sensor increase is seen
to when it is put: its instants by the boot-time clock are made to.
"""

import threading
from typing import NamedTuple

from collector.buffering.reading import StampedReading
from collector.clock import Clock, Instant

MAX_NUDGE_MS = 5000
"""A wall clock that went back by less than this yields increasing timestamps all the same; a larger
step is believed (promise 4 of the delivery semantics)."""

WORTH_CORRECTING_MS = 50

MAX_BOOTS = 32
"""So many boots' offsets are kept; a boot is a few dozen bytes."""


class Moment(NamedTuple):
    """When a reading was taken, by both clocks."""

    boot_id: str
    boottime_ms: int
    wall_ms: int
    is_tentative: bool

    @classmethod
    def of(cls, reading: StampedReading) -> "Moment":
        """Return when a reading was taken."""
        taken_at, wall_ms = reading.taken_at, reading.timestamp_ms or 0
        return cls(taken_at.boot_id, taken_at.boottime_ms, wall_ms, reading.is_tentative)


class Increasing:
    """Makes timestamps of a sensor strictly increase, but for steps back of 5 s or more."""

    def __init__(self) -> None:
        self._last_ms: dict[str, int] = {}

    def next_ms(self, sensor: str, wall_ms: int) -> int:
        """Return the timestamp for the next reading of a sensor, in the order of its readings."""
        last_ms = self._last_ms.get(sensor, 0)
        if wall_ms <= last_ms < wall_ms + MAX_NUDGE_MS:
            wall_ms = last_ms + 1
        self._last_ms[sensor] = wall_ms
        return wall_ms


class Timestamps:
    """Stamps readings when they are put, and corrects them before they are first sent.

    Safe to use from every thread.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._taken, self._stamped = Increasing(), Increasing()
        self._boots: dict[str, int] = {}
        self._by_hand_ms: int | None = None
        self._is_synchronized = clock.is_synchronized()

    def observe(self) -> None:
        """Look whether the clock is disciplined; to be called about once a second.

        What it shows then holds for the whole boot, until it is stepped by five seconds or more.
        """
        self._is_synchronized = self._clock.is_synchronized()
        now = self._clock.now()
        if not self._is_synchronized:
            return
        offset_ms = self._clock.wall_ms() - now.boottime_ms
        with self._lock:
            known_ms = self._boots.get(now.boot_id)
            if known_ms is None or abs(offset_ms - known_ms) >= MAX_NUDGE_MS:
                self._boots[now.boot_id] = offset_ms
                while len(self._boots) > MAX_BOOTS:
                    del self._boots[next(iter(self._boots))]

    def boots(self) -> dict[str, int]:
        """Return the offset of the wall clock, in ms, of each boot in which it was once right."""
        with self._lock:
            return dict(self._boots)

    def restore(self, boots: dict[str, int]) -> None:
        """Take up what an earlier run knew; of this boot as well, so that repetitions are equal."""
        with self._lock:
            new = {boot: offset for boot, offset in self._boots.items() if boot not in boots}
            self._boots = {**boots, **new}

    def stamp(self, reading: StampedReading) -> None:
        """Give a reading its timestamp, unless it has one. In the order of each sensor."""
        if reading.timestamp_ms is not None:
            return
        taken_at = reading.taken_at
        taken_ms = self._taken.next_ms(reading.sensor, taken_at.boottime_ms)
        if taken_ms != taken_at.boottime_ms:
            reading.taken_at = Instant(taken_at.boot_id, taken_ms)
        wall_ms = self._clock.wall_ms() - self._clock.now().boottime_ms + taken_ms
        reading.timestamp_ms = self._stamped.next_ms(reading.sensor, wall_ms)
        reading.is_tentative = not self._is_synchronized

    def correct(self, reading: StampedReading) -> None:
        """Make a tentative timestamp final, in whatever order."""
        if not reading.is_tentative or reading.timestamp_ms is None:
            return
        reading.timestamp_ms = self._true_ms(reading, reading.timestamp_ms)
        reading.is_tentative = False  # last: the spool may be writing it down just now

    def age_ms(self, moment: Moment) -> int:
        """Return how long ago that was: the least, where no clock can tell."""
        now, wall_ms = self._clock.now(), moment.wall_ms
        if moment.boot_id == now.boot_id:
            return max(0, now.boottime_ms - moment.boottime_ms)
        with self._lock:
            offset_ms = self._boots.get(moment.boot_id)
        if offset_ms is not None:
            wall_ms = moment.boottime_ms + offset_ms
        elif moment.is_tentative:
            return now.boottime_ms
        if not self._is_synchronized:
            return now.boottime_ms
        return max(0, self._clock.wall_ms() - wall_ms)

    def _true_ms(self, reading: StampedReading, tentative_ms: int) -> int:
        taken_at, now = reading.taken_at, self._clock.now()
        with self._lock:
            offset_ms = self._boots.get(taken_at.boot_id)
        reading.is_unverified = offset_ms is None
        worth_ms = WORTH_CORRECTING_MS
        if offset_ms is None and taken_at.boot_id == now.boot_id:  # set by hand, if at all
            offset_ms, worth_ms = self._offset_by_hand_ms(now), MAX_NUDGE_MS
        if offset_ms is None:
            return tentative_ms
        true_ms = taken_at.boottime_ms + offset_ms
        return true_ms if abs(true_ms - tentative_ms) >= worth_ms else tentative_ms

    def _offset_by_hand_ms(self, now: Instant) -> int:
        """Return the offset that somebody has given the clock, the same until it is set again."""
        offset_ms = self._clock.wall_ms() - now.boottime_ms
        if self._by_hand_ms is None or abs(offset_ms - self._by_hand_ms) >= MAX_NUDGE_MS:
            self._by_hand_ms = offset_ms
        return self._by_hand_ms
