"""The journal: what became of the readings in the segments, and the sums that must balance.

A record holds the sums that changed, as absolute figures, and the numbers that were settled since
the record before. Losing one costs duplicates, never a reading: the next holds the sums again, and
what is not known to be settled is delivered once more. A journal that has grown is replaced by one
whose first records hold everything: the sums, and for each segment what of it is settled.
"""

import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from collector.buffering.spool.appending import TornError, write_whole
from collector.buffering.spool.flags import unpack
from collector.buffering.spool.folder import Folder, SpoolFile
from collector.buffering.spool.frame import frame, scan
from collector.buffering.spool.media import LOST
from collector.buffering.spool.names import JOURNAL, FileName, first_line
from collector.buffering.spool.runs import Runs
from collector.buffering.spool.segment import MAX_READINGS, AccountKey
from collector.buffering.spool.stored import StoredSums, read_sums
from collector.buffering.spool.totals import Totals, rows

GROWN_BYTES = 256 * 1024


@dataclass(slots=True)
class JournalState:
    """Everything that a journal says.

    Attributes:
        next_number: The sums hold readings below it.
        settled: Number and length of runs of settled readings.
        flags: Of segments when they were last noted as a whole: the number of the first reading,
            and for each whether it was settled.
        synced: What was unsettled below this number survives a power cut.
        boots: Boot id to the offset of the wall clock from the boot-time clock, in milliseconds,
            of boots in which the clock was once right.
    """

    next_number: int = 0
    totals: dict[AccountKey, Totals] = field(default_factory=dict)
    settled: list[tuple[int, int]] = field(default_factory=list)
    synced: int = 0
    boots: dict[str, int] = field(default_factory=dict)
    flags: list[tuple[int, bytes]] = field(default_factory=list)

    def apply(self, record: StoredSums) -> None:
        """Take a record in."""
        self.next_number = max(self.next_number, record.next)
        self.synced = max(self.synced, record.synced)
        self.totals.update(Totals.parse(row) for row in record.totals)
        self.settled += record.settled
        if record.flags is not None:
            first, flags = record.flags
            self.flags.append((first, unpack(flags, MAX_READINGS)))
        self.boots.update(record.boots)

    def record(self, keys: Iterable[AccountKey], settled: Runs) -> dict[str, Any]:
        """Return a record of some accounts."""
        return {
            "next": self.next_number,
            "synced": self.synced,
            "totals": rows(self.totals, keys),
            "settled": settled,
            "boots": self.boots,
        }


class Journal:
    """Appends records to the newest journal file. One thread at a time.

    Attributes:
        size_bytes: Of that file.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._file: SpoolFile | None = None
        self._old: list[str] = []
        self._next_number = 0
        self._salt = 0
        self._whole_bytes = 0
        self.size_bytes = 0

    @property
    def is_missing(self) -> bool:
        """Whether there is none to write to."""
        return self._file is None

    @property
    def has_grown(self) -> bool:
        """Whether it should be replaced; also where there is none.

        That writes no more than was written since the last time.
        """
        grown_bytes = self.size_bytes - self._whole_bytes
        return self._file is None or grown_bytes >= max(GROWN_BYTES, self._whole_bytes)

    def miss(self, names: Collection[str]) -> None:
        """Note which files there are; a journal that somebody removed has to be replaced."""
        if self._old and self._old[-1] not in names:
            self.close()

    def adopt(self, names: Sequence[FileName], next_number: int) -> None:
        """Note the files of earlier runs, which the next `replace` makes superfluous.

        Args:
            names: Theirs.
            next_number: What no journal there has.
        """
        self._old = [str(name) for name in names]
        self._next_number = next_number

    def write(self, record: dict[str, Any]) -> None:
        """Append a record.

        Raises:
            OSError: It could not be written.
        """
        if self._file is None:
            raise OSError(0, "there is no journal")
        data = frame(encoded(record), self._salt)
        try:
            write_whole(self._file, data, self.size_bytes)
        except TornError:
            self.close()
            raise
        self.size_bytes += len(data)

    def replace(self, records: Iterable[dict[str, Any]]) -> None:
        """Start a new file with records of everything, and remove what it replaces.

        Raises:
            OSError: It could not be written; the old ones are still there.
        """
        name = FileName(self._next_number, secrets.randbits(32), JOURNAL)
        pieces = (frame(encoded(record), name.salt) for record in records)
        data = b"".join([first_line(), *pieces])
        file = self._folder.create(str(name))
        self._next_number += 1
        with suppress(OSError):
            file.reserve(GROWN_BYTES)
        try:
            write_whole(file, data, 0)
            file.sync()
            self._folder.sync()
        except OSError:
            file.close()
            with suppress(OSError):
                self._folder.remove(str(name))
            raise
        self.close()
        self._file, self._salt = file, name.salt
        self.size_bytes = self._whole_bytes = len(data)
        for old in self._old:
            with suppress(OSError):
                self._folder.remove(old)
        self._old = [str(name)]

    def sync(self) -> None:
        """Have all records survive a power cut.

        Raises:
            OSError: They may not; the next record starts a new file.
        """
        if self._file is None:
            return
        try:
            self._file.sync()
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file; the next record needs `replace`. Safe to call twice."""
        if self._file is not None:
            with suppress(OSError):
                self._file.cut(self.size_bytes)  # gives back what was reserved in vain
            self._file.close()
            self._file = None


def read_journal(folder: Folder, names: Sequence[FileName]) -> tuple[JournalState, int]:
    """Return what the journals of earlier runs say, and how many bytes were damaged.

    Args:
        folder: Where they are.
        names: Their names, in order.

    Raises:
        OSError: One cannot be read now.
    """
    state, damaged = JournalState(), 0
    for name in names:
        try:
            data = _read_all(folder, str(name))
        except OSError as error:
            if error.errno not in LOST:
                raise
            continue
        damaged += len(data) - len(first_line())
        for found in scan(data, name.salt):
            record = read_sums(found.payload)
            if record is not None:
                damaged -= found.end - found.offset
                state.apply(record)
    return state, max(0, damaged)


def _read_all(folder: Folder, name: str) -> bytes:
    file = folder.open(name)
    try:
        return file.read(0, folder.size(name))
    finally:
        file.close()


def encoded(record: dict[str, Any]) -> bytes:
    """Return a record as its frame holds it."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
