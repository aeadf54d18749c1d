"""A segment: a file of consecutive readings, and what is remembered of each while it is there.

    first line │ reading │ reading │ ... │ index │ trailer

About ten bytes of memory stand for each reading: where it begins, its shape, whether it is settled,
and its place in a lane. A segment that is complete carries this table itself, the index, so that a
start need not read all of it.
"""

import json
import struct
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import compress
from operator import not_
from typing import NamedTuple

from collector.buffering.reading import StampedReading
from collector.buffering.spool.frame import frame, unframe
from collector.buffering.spool.names import FileName
from collector.buffering.spool.stored import StoredIndex, read_index
from collector.buffering.timestamps import Moment

MAX_READINGS = 60_000
"""Places in a segment are counted in 16 bits."""

TRAILER_BYTES = 8

_TRAILER = struct.Struct("<I4s")
_TRAILER_MAGIC = b"\xff\xc1\xfd\xfe"
_KIND = b"I"
_LENGTH = struct.Struct("<I")

AccountKey = tuple[str, str]
"""Source and sensor."""


class Shape(NamedTuple):
    """What readings of one kind share: whose values they hold, and how many."""

    sensor: str
    counts: tuple[tuple[str, int], ...]


class Segment:
    """One file's table.

    Attributes:
        name: The file's.
        begun: When its first reading was taken.
        size: Bytes of the file.
        newest: When its last reading was taken.
        owner_bytes: How much of it each source wrote.
        is_gone: It was removed with what it held.
    """

    __slots__ = (
        "_done", "_offsets", "_settled", "_shape_ids", "_shape_of", "_shapes", "begun", "is_gone",
        "name", "newest", "owner_bytes", "size",
    )  # fmt: skip

    def __init__(self, name: FileName) -> None:
        self.name = name
        self.size = 0
        self.begun: Moment | None = None
        self.newest: Moment | None = None
        self.owner_bytes: dict[str, int] = {}
        self.is_gone = False
        self._offsets = array("I")
        self._shape_ids = array("H")
        self._shapes: list[Shape] = []
        self._shape_of: dict[tuple[str, tuple[tuple[str, int], ...]], int] = {}
        self._settled = bytearray()
        self._done = 0

    @property
    def first(self) -> int:
        """The number of its first reading."""
        return self.name.number

    @property
    def end(self) -> int:
        """The number after that of its last reading."""
        return self.name.number + len(self._offsets)

    @property
    def unsettled(self) -> int:
        """How many readings are neither delivered nor dropped.

        One thread adds readings while another settles them: neither writes what the other does.
        """
        return len(self._settled) - self._done

    def add(self, readings: Sequence[StampedReading], sizes: Sequence[int], offset: int) -> None:
        """Note more readings, which lie one behind the other.

        Args:
            readings: In their order, at least one.
            sizes: How many bytes each takes.
            offset: Where the first begins.
        """
        if self.begun is None:
            self.begun = Moment.of(readings[0])
        shape_of, owner_bytes = self._shape_of, self.owner_bytes
        for reading, size in zip(readings, sizes, strict=True):
            counts = reading.counts
            shape_id = shape_of.get((reading.sensor, counts))
            if shape_id is None:
                shape_id = self._take_shape(Shape(reading.sensor, counts))
            self._offsets.append(offset)
            self._shape_ids.append(shape_id)
            offset += size
            owner_bytes[counts[0][0]] = owner_bytes.get(counts[0][0], 0) + size
        self._settled.extend(bytes(len(sizes)))
        self.newest = Moment.of(readings[-1])

    def skip(self, readings: int) -> None:
        """Note readings that cannot be found any more."""
        self._offsets.extend([0] * readings)
        self._shape_ids.extend([0] * readings)
        self._settled.extend(b"\x01" * readings)
        self._done += readings

    def holds(self, number: int) -> bool:
        """Tell whether a reading with this number can be found here."""
        place = number - self.first
        return 0 <= place < len(self._offsets) and self._offsets[place] > 0

    def extent(self, place: int) -> tuple[int, int]:
        """Return where a reading begins in the file, and a size that holds all of it."""
        offset = self._offsets[place]
        following = self._offsets[place + 1] if place + 1 < len(self._offsets) else 0
        return offset, max(0, (following or self.size) - offset)

    def shape(self, place: int) -> Shape:
        """Return the shape of a reading."""
        return self._shapes[self._shape_ids[place]]

    def settle(self, place: int) -> None:
        """Note that a reading is done with. Safe to repeat."""
        if not self._settled[place]:
            self._settled[place] = 1
            self._done += 1

    def settle_range(self, start: int, end: int) -> None:
        """Note that all readings with these numbers are done with, as far as they lie here."""
        low, high = max(0, start - self.first), min(len(self._settled), end - self.first)
        if low < high:
            self._done += self._settled.count(0, low, high)
            self._settled[low:high] = b"\x01" * (high - low)

    def has_unsettled(self, start: int, end: int) -> bool:
        """Tell whether some of the readings with these numbers are unsettled."""
        low, high = max(0, start - self.first), min(len(self._settled), end - self.first)
        return low < high and self._settled.find(0, low, high) >= 0

    def places(self) -> "dict[str, array[int]]":
        """Return the places of all that is unsettled, by sensor."""
        by_shape = [array("H") for _ in self._shapes]
        for place, shape_id in enumerate(self._shape_ids):
            if not self._settled[place]:
                by_shape[shape_id].append(place)
        found: dict[str, array[int]] = {}
        for shape, places in zip(self._shapes, by_shape, strict=True):
            if places:
                found.setdefault(shape.sensor, array("H")).extend(places)
        mixed = len(found) < len([places for places in by_shape if places])
        return {s: array("H", sorted(p)) for s, p in found.items()} if mixed else found

    def pending(self, since: int = 0, until: int | None = None) -> Counter[AccountKey]:
        """Return how many values of each source and sensor are unsettled.

        Args:
            since: Count readings from this number on.
            until: Count readings below this number; all by default.
        """
        low = max(0, since - self.first)
        high = len(self._settled) if until is None else max(0, until - self.first)
        is_pending = map(not_, self._settled[low:high])
        by_shape = Counter(compress(self._shape_ids[low:high], is_pending))
        values: Counter[AccountKey] = Counter()
        for shape_id, readings in by_shape.items():
            shape = self._shapes[shape_id]
            for source, count in shape.counts:
                values[source, shape.sensor] += readings * count
        return values

    def settled_flags(self) -> bytes:
        """Return which readings are settled, as they are now: a byte of 0 or 1 for each."""
        return bytes(self._settled)

    def _take_shape(self, shape: Shape) -> int:
        shape_id = self._shape_of[shape] = len(self._shapes)
        self._shapes.append(shape)
        return shape_id

    # -- the index ------------------------------------------------------------------------------

    def index(self) -> bytes:
        """Return what completes the file: the index and where it begins."""
        head = {
            "order": sys.byteorder,
            "shapes": [[shape.sensor, shape.counts] for shape in self._shapes],
            "times": [self.begun, self.newest],
            "owners": self.owner_bytes,
        }
        text = json.dumps(head, ensure_ascii=False).encode()
        payload = b"".join(
            [_KIND, _LENGTH.pack(len(text)), text, self._offsets.tobytes(),
             self._shape_ids.tobytes()]
        )  # fmt: skip
        return frame(payload, self.name.salt) + _TRAILER.pack(self.size, _TRAILER_MAGIC)

    def take_index(self, index: bytes) -> bool:
        """Fill this segment from its index, nothing settled; false where that is not sound."""
        payload = unframe(index, self.name.salt)
        if payload is None or payload[:1] != _KIND:
            return False
        start = 1 + _LENGTH.size
        (length,) = _LENGTH.unpack_from(payload + bytes(start), 1)
        head = read_index(payload[start : start + length])
        table = payload[start + length :]
        if head is None or head.order != sys.byteorder:
            return False
        return self._take_table(head, table)

    def _take_table(self, head: StoredIndex, table: bytes) -> bool:
        offsets, shape_ids = array("I"), array("H")
        count, rest = divmod(len(table), offsets.itemsize + shape_ids.itemsize)
        cut = count * offsets.itemsize
        offsets.frombytes(table[:cut])
        shape_ids.frombytes(table[cut:] if not rest else b"")
        if rest or not 0 < count <= MAX_READINGS or max(shape_ids) >= len(head.shapes):
            return False
        self._offsets, self._shape_ids = offsets, shape_ids
        self._shapes = [Shape(*shape) for shape in head.shapes]
        self._settled = bytearray(count)
        self.begun, self.newest = head.times
        self.owner_bytes = dict(head.owners)
        return True


def index_offset(trailer: bytes) -> int | None:
    """Return where the index begins, from the last bytes of a file; None where there is none."""
    if len(trailer) != TRAILER_BYTES:
        return None
    offset, magic = _TRAILER.unpack(trailer)
    return int(offset) if magic == _TRAILER_MAGIC else None
