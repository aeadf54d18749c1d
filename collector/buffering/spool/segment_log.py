"""The readings on disk: segments that are appended to, read back, and removed whole."""

import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from collector.buffering.reading import StampedReading
from collector.buffering.spool.appending import TornError, write_whole
from collector.buffering.spool.copying import write_copy
from collector.buffering.spool.folder import Folder, SpoolFile
from collector.buffering.spool.frame import Framer, frame
from collector.buffering.spool.names import SEGMENT, FileName, first_line
from collector.buffering.spool.padding import padding, padding_bytes
from collector.buffering.spool.reader import SegmentReader
from collector.buffering.spool.record import RecordCodec
from collector.buffering.spool.segment import MAX_READINGS, Segment


class SegmentLog:
    """Appends to the newest segment, reads from any.

    One thread appends, syncs and removes; others may read. Whoever reads, and whoever changes what
    there is to read, holds the lock.

    Args:
        folder: Taken already.
        segment_bytes: A segment with so much is complete; a single reading may exceed it.
        make_room: Called before a segment is begun; may remove others.

    Attributes:
        lock: See above.
        segments: Oldest first.
        size_bytes: Of all segments together.
        next_number: What the next reading gets.
        written_bytes: What was appended to segments since the start.
    """

    def __init__(self, folder: Folder, segment_bytes: int, make_room: Callable[[], None]) -> None:
        self._folder = folder
        self.segment_bytes = segment_bytes
        self._make_room = make_room
        self.lock = threading.RLock()
        self._codec = RecordCodec()
        self._reader = SegmentReader(folder)
        self.segments: list[Segment] = []
        self.size_bytes = 0
        self.next_number = 0
        self.written_bytes = 0
        self._active: tuple[Segment, SpoolFile] | None = None
        self._unsynced: list[tuple[Segment, SpoolFile]] = []
        self._doubtful: set[Segment] = set()
        self._has_new_names = False
        self._synced_size = 0

    @property
    def active(self) -> Segment | None:
        """The segment that is being appended to."""
        return None if self._active is None else self._active[0]

    def adopt(self, segments: Sequence[Segment], next_number: int) -> None:
        """Begin with what an earlier run has left."""
        self.segments = [*segments, *self.segments]
        self.size_bytes += sum(segment.size for segment in segments)
        self.next_number = max(self.next_number, next_number)

    # -- writing --------------------------------------------------------------------------------

    def append(self, readings: Sequence[StampedReading]) -> tuple[Segment, int, int]:
        """Write as many of the readings as the segment takes, at least one, in one write.

        Returns:
            The segment, the place of the first in it, and how many were written.

        Raises:
            OSError: Nothing was written.
        """
        while True:
            segment, file = self._active or self._begin()
            pieces = self._fitting(segment, readings)
            if pieces:
                break
            self.seal()
        place, offset = segment.end - segment.first, segment.size
        self._write(segment, file, b"".join(pieces))
        segment.add(readings[: len(pieces)], [len(piece) for piece in pieces], offset)
        self.next_number = segment.end
        if segment.size >= self.segment_bytes or segment.end - segment.first >= MAX_READINGS:
            self.seal()
        return segment, place, len(pieces)

    def seal(self) -> None:
        """Complete the newest segment. Its index is a help; without it the next start scans."""
        if self._active is None:
            return
        segment, file = self._active
        self._active = None
        self._unsynced.append((segment, file))
        with suppress(OSError):
            self._write(segment, file, segment.index())
            file.cut(segment.size)  # gives back what was reserved in vain

    def sync(self) -> list[str]:
        """Have everything survive a power cut.

        After a failed sync the kernel may have forgotten what it could not write, and a second try
        would seem to succeed. So the file is written anew elsewhere.

        Returns:
            The files that were written anew.

        Raises:
            OSError: It cannot be had now.
        """
        mended = []
        self._pad()
        for segment, file in self._files():
            if segment not in self._doubtful:
                try:
                    file.sync()
                except OSError:
                    self._doubtful.add(segment)
            if segment in self._doubtful:
                mended.append(str(segment.name))
                self._rewrite(segment, file)
                self._doubtful.remove(segment)
            if (segment, file) in self._unsynced:
                self._unsynced.remove((segment, file))
                file.close()
        if self._has_new_names:
            self._folder.sync()
            self._has_new_names = False
        return mended

    def sync_found(self, segments: Sequence[Segment], synced: int) -> None:
        """Sync segments of an earlier run, which may have been killed before it did.

        Args:
            segments: Not yet adopted.
            synced: What is unsettled below this number was synced.

        Raises:
            OSError: It cannot be had now.
        """
        for segment in segments:
            if segment.end <= synced or not segment.unsettled:
                continue
            file = self._folder.open(str(segment.name))
            try:
                file.sync()
            finally:
                file.close()

    def can_mend(self, segment: Segment) -> bool:
        """Write a segment anew whose file has lost its name; tell whether it worked.

        Only of a file that is still open something is left.
        """
        for each, file in self._files():
            if each is segment:
                with suppress(OSError):
                    self._rewrite(segment, file)
                    return True
        return False

    def close(self) -> None:
        """Let go of all files."""
        with self.lock:
            for _, file in self._files():
                file.close()
            self._reader.close()
            self._unsynced.clear()
            self._active = None

    # -- reading and removing -------------------------------------------------------------------

    def read(self, segment: Segment, place: int) -> StampedReading | None:
        """Return a reading; None where its bytes are damaged.

        Raises:
            OSError: They cannot be read.
        """
        return self._reader.read(segment, place)

    def remove(self, segment: Segment) -> None:
        """Remove a segment's file, whatever it holds.

        Raises:
            OSError: It is still there.
        """
        self._folder.remove(str(segment.name))
        self.forget(segment)

    def forget(self, segment: Segment) -> None:
        """Let go of a segment whose file is not there any more."""
        segment.is_gone = True
        self._doubtful.discard(segment)
        self.segments.remove(segment)
        self.size_bytes -= segment.size
        self._reader.forget(segment)
        self._retire(segment)
        for pair in [pair for pair in self._unsynced if pair[0] is segment]:
            pair[1].close()
            self._unsynced.remove(pair)

    # -- how ------------------------------------------------------------------------------------

    def _files(self) -> list[tuple[Segment, SpoolFile]]:
        return [*self._unsynced, *([self._active] if self._active else [])]

    def _retire(self, segment: Segment) -> None:
        """Append nothing more to a segment, if that is where it would go."""
        if self._active is not None and self._active[0] is segment:
            self._unsynced.append(self._active)
            self._active = None

    def _begin(self) -> tuple[Segment, SpoolFile]:
        self._make_room()
        segment = Segment(FileName(self.next_number, secrets.randbits(32), SEGMENT))
        file = self._folder.create(str(segment.name))
        self._has_new_names = True
        with suppress(OSError):
            file.reserve(self.segment_bytes)
        try:
            write_whole(file, first_line(), 0)
        except OSError:
            file.close()
            with suppress(OSError):
                self._folder.remove(str(segment.name))
            raise
        segment.size = len(first_line())
        self._synced_size = 0
        self.size_bytes += segment.size
        self.segments.append(segment)
        self._active = (segment, file)
        return self._active

    def _fitting(self, segment: Segment, readings: Sequence[StampedReading]) -> list[bytes]:
        pieces: list[bytes] = []
        frame, encode = Framer(segment.name.salt).frame, self._codec.encode
        room = self.segment_bytes - segment.size
        is_empty = segment.end == segment.first
        places = segment.first + MAX_READINGS - segment.end
        for number, reading in enumerate(readings[:places], segment.end):
            piece = frame(encode(number, reading))
            room -= len(piece)
            if room < 0 and (pieces or not is_empty):
                break
            pieces.append(piece)
        return pieces

    def _pad(self) -> None:
        if self._active is None:
            return
        segment, file = self._active
        size = int(padding_bytes(segment.size, segment.size - self._synced_size))
        if size:
            with suppress(OSError):
                self._write(segment, file, frame(padding(size), segment.name.salt))
        self._synced_size = segment.size

    def _write(self, segment: Segment, file: SpoolFile, data: bytes) -> None:
        try:
            write_whole(file, data, segment.size)
        except TornError as error:
            # What is torn must not be written behind: the next goes to a segment of its own.
            self._retire(segment)
            raise OSError(error.errno, error.strerror) from error
        segment.size += len(data)
        self.size_bytes += len(data)
        self.written_bytes += len(data)

    def _rewrite(self, segment: Segment, file: SpoolFile) -> None:
        """Copy a segment to a new file; nothing more is appended to it."""
        self._retire(segment)
        old = segment.name
        name = FileName(old.number, secrets.randbits(32), SEGMENT)
        write_copy(self._folder, file.read(0, segment.size), old, name)
        with self.lock:
            segment.name = name
            self._reader.forget(segment)
        if (segment, file) in self._unsynced:
            self._unsynced.remove((segment, file))
        file.close()
        with suppress(OSError):
            self._folder.remove(str(old))
