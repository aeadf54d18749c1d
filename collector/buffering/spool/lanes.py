"""All lanes, and which sensors have something that may be taken."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from collector.buffering.order import put_back_newest
from collector.buffering.spool.lane import Held, Lane
from collector.buffering.spool.segment import Segment
from collector.buffering.timestamps import Moment
from collector.clock import Instant


class Lanes:
    """One lane per sensor. Not safe for threads: its owner has a lock."""

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = {}
        self._waiting: dict[str, None] = {}
        self._sensors: dict[str, dict[str, None]] = {}
        self._also_unwritten = False

    def ready(self) -> list[str]:
        """Return the sensors that have something that may be taken."""
        return list(self._waiting)

    def hand_out_unwritten(self, *, is_so: bool) -> None:
        """Say whether readings may be taken that were not written."""
        if is_so != self._also_unwritten:
            self._also_unwritten = is_so
            for sensor in self._lanes:
                self.note(sensor)

    def fronts(self) -> list[Moment | None]:
        """Return when the oldest reading of each lane was taken, or a moment before."""
        return [lane.front() for lane in self._lanes.values()]

    def lane(self, sensor: str) -> Lane:
        """Return a sensor's lane, made when first asked for."""
        lane = self._lanes.get(sensor)
        if lane is None:
            lane = self._lanes[sensor] = Lane()
        return lane

    def put(self, held: Held) -> None:
        """Append a reading to its sensor's lane."""
        sensor, owner = held.reading.sensor, held.reading.owner
        lane = self._lanes.get(sensor) or self.lane(sensor)
        if owner not in lane.owners:
            lane.owners.add(owner)
            self._sensors.setdefault(owner, {}).setdefault(sensor)
        lane.tail.append(held)
        if self._also_unwritten:
            self._waiting.setdefault(sensor)

    def take_from_memory(self, sensor: str, count: int) -> list[Held]:
        """Take a sensor's oldest readings, as far as they are in memory and may be taken."""
        lane = self.lane(sensor)
        taken = lane.take_from_memory(count, also_unwritten=self._also_unwritten)
        self.note(sensor)
        return taken

    def take_newest(self, sensor: str, count: int, after: Instant) -> list[Held]:
        """Take a sensor's newest readings in memory that were taken after an instant."""
        taken = self.lane(sensor).take_newest(count, after, also_unwritten=self._also_unwritten)
        self.note(sensor)
        return taken

    def note(self, sensor: str) -> None:
        """See whether a sensor has something that may be taken; to be called when that changed."""
        if self.lane(sensor).has_waiting(also_unwritten=self._also_unwritten):
            self._waiting.setdefault(sensor)
        else:
            self._waiting.pop(sensor, None)

    def put_back(self, sensor: str, entries: Sequence[Held]) -> None:
        """Put readings back at the head of their lane."""
        self.lane(sensor).head.extendleft(reversed(entries))
        self._waiting.setdefault(sensor)

    def put_back_newest(self, sensor: str, entries: Sequence[Held]) -> None:
        """Put readings back that were taken as the newest."""
        put_back_newest(self.lane(sensor).tail, entries)
        self.note(sensor)

    def find(self, segment: Segment) -> int:
        """Note what an earlier run has left in a segment; return how many readings."""
        found = 0
        for sensor, places in segment.places().items():
            self.lane(sensor).find(segment, places)
            self._waiting.setdefault(sensor)
            found += len(places)
        return found

    def spill(self) -> list[Held]:
        """Let go of what is on disk as well, as far as order allows; return it."""
        return [held for lane in self._lanes.values() for held in lane.spill()]

    def remove(self, entries: AbstractSet[Held]) -> None:
        """Take out readings that wait in memory."""
        for sensor in {held.reading.sensor for held in entries}:
            self.lane(sensor).remove(entries)
            self.note(sensor)

    def take_oldest_unwritten(self, owner: str) -> Held | None:
        """Take out a source's oldest reading that is in memory only; None where there is none."""
        sensors = self._sensors.get(owner, {})
        found = [self._lanes[sensor].oldest_unwritten() for sensor in sensors]
        oldest = min((held for held in found if held), key=lambda held: held.order, default=None)
        if oldest is not None:
            lane = self._lanes[oldest.reading.sensor]
            (lane.head if lane.head and lane.head[0] is oldest else lane.tail).popleft()
            self.note(oldest.reading.sensor)
        return oldest

    def in_memory(self, segment: Segment) -> list[Held]:
        """Return what waits in memory of a segment."""
        return [held for lane in self._lanes.values() for held in lane.in_memory(segment)]

    def lose(self, segment: Segment) -> tuple[list[Held], int]:
        """Take out what lies in a segment; return what was in memory, and how many were not."""
        held: list[Held] = []
        stored = 0
        for sensor, lane in self._lanes.items():
            in_memory, on_disk = lane.lose(segment)
            held += in_memory
            stored += on_disk
            self.note(sensor)
        return held, stored
