"""Single readings out of segments."""

from collections import OrderedDict

from collector.buffering.reading import StampedReading
from collector.buffering.spool.folder import Folder, SpoolFile
from collector.buffering.spool.frame import unframe
from collector.buffering.spool.record import RecordCodec
from collector.buffering.spool.segment import Segment

MAX_OPEN = 8
"""Files that are kept open to read from; a drain goes through them one after the other."""


class SegmentReader:
    """Reads by place. One thread at a time."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._codec = RecordCodec()
        self._open: OrderedDict[Segment, SpoolFile] = OrderedDict()

    def read(self, segment: Segment, place: int) -> StampedReading | None:
        """Return a reading; None where its bytes are damaged.

        Raises:
            OSError: They cannot be read.
        """
        offset, size = segment.extent(place)
        data = self._file(segment).read(offset, size)
        payload = unframe(data, segment.name.salt)
        record = None if payload is None else self._codec.decode(payload)
        if record is None or record.number != segment.first + place:
            return None
        return record.reading

    def forget(self, segment: Segment) -> None:
        """Let go of a segment's file, which is removed or has another name."""
        file = self._open.pop(segment, None)
        if file is not None:
            file.close()

    def close(self) -> None:
        """Let go of all files."""
        while self._open:
            self._open.popitem()[1].close()

    def _file(self, segment: Segment) -> SpoolFile:
        file = self._open.get(segment)
        if file is None:
            while len(self._open) >= MAX_OPEN:
                self._open.popitem(last=False)[1].close()
            file = self._open[segment] = self._folder.open(str(segment.name))
        elif len(self._open) > 1:
            self._open.move_to_end(segment)
        return file
