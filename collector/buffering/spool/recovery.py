"""What an earlier run has left in the spool's directory, damage included."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from collector.buffering.spool.folder import Folder, SpoolFile
from collector.buffering.spool.frame import scan
from collector.buffering.spool.journal import JournalState, read_journal
from collector.buffering.spool.names import (
    ASIDE,
    JOURNAL,
    SEGMENT,
    FileName,
    first_line,
    is_of_another_version,
)
from collector.buffering.spool.record import RecordCodec
from collector.buffering.spool.segment import (
    MAX_READINGS,
    TRAILER_BYTES,
    AccountKey,
    Segment,
    index_offset,
)
from collector.buffering.spool.totals import Totals
from collector.buffering.timestamps import Moment


@dataclass(slots=True)
class Recovery:
    """The spool as it was found.

    Attributes:
        segments: With something unsettled in them, oldest first.
        state: What the journal says, brought in line with what is there.
        readings: Unsettled readings found.
        damaged_bytes: Bytes that are no part of a sound record; those that are found only when they
            are read back come on top.
        lost: Values lost to damage, by source and sensor.
        kept_aside: Files of another version, or without one sound record; nothing touches them.
    """

    segments: list[Segment] = field(default_factory=list)
    state: JournalState = field(default_factory=JournalState)
    readings: int = 0
    damaged_bytes: int = 0
    lost: dict[AccountKey, int] = field(default_factory=dict)
    kept_aside: int = 0


def recover(folder: Folder) -> tuple[Recovery, list[FileName]]:
    """Read the spool's directory; also return the names of its journals.

    Raises:
        OSError: The directory cannot be read.
    """
    found = Recovery()
    names = _own_names(folder, found)
    journals = sorted((name for name in names if name.kind == JOURNAL), key=_number)
    found.state, damaged = read_journal(folder, journals)
    found.damaged_bytes += damaged
    segments = []
    for name in sorted((name for name in names if name.kind == SEGMENT), key=_number):
        segment = _load(folder, name, found)
        if segment is not None:
            segments.append(segment)
    _settle(segments, found.state.settled)
    _reconcile(segments, found)
    for segment in segments:
        if segment.unsettled:
            found.segments.append(segment)
            found.readings += segment.unsettled
        else:
            with suppress(OSError):
                folder.remove(str(segment.name))
    return found, journals


def _number(name: FileName) -> tuple[int, int]:
    return name.number, name.salt


def _own_names(folder: Folder, found: Recovery) -> list[FileName]:
    own = []
    for text in folder.names():
        name = FileName.parse(text)
        if name is None:
            found.kept_aside += text.endswith(ASIDE)
        elif _is_foreign(folder, text):
            found.kept_aside += 1
        else:
            own.append(name)
    return own


def _is_foreign(folder: Folder, name: str) -> bool:
    try:
        file = folder.open(name)
    except OSError:
        return True
    try:
        return is_of_another_version(file.read(0, 64))
    except OSError:
        return True
    finally:
        file.close()


def _load(folder: Folder, name: FileName, found: Recovery) -> Segment | None:
    segment = Segment(name)
    try:
        segment.size = folder.size(str(name))
        file = folder.open(str(name))
    except OSError:
        return None
    try:
        is_sound = _load_by_index(segment, file) or _load_by_scan(segment, file, found)
    except OSError:
        return None
    finally:
        file.close()
    if is_sound:
        return segment
    with suppress(OSError):
        if segment.size <= len(first_line()):
            folder.remove(str(name))
        else:
            found.kept_aside += 1
            folder.rename(str(name), f"{name}{ASIDE}")
    return None


def _load_by_index(segment: Segment, file: SpoolFile) -> bool:
    end = segment.size - TRAILER_BYTES
    offset = index_offset(file.read(max(0, end), TRAILER_BYTES))
    if offset is None or offset >= end:
        return False
    return segment.take_index(file.read(offset, end - offset))


def _load_by_scan(segment: Segment, file: SpoolFile, found: Recovery) -> bool:
    codec = RecordCodec()
    data = file.read(0, segment.size)
    sound = min(len(first_line()), len(data))
    for each in scan(data, segment.name.salt):
        sound += each.end - each.offset
        record = codec.decode(each.payload)
        gap = -1 if record is None else record.number - segment.end
        if record is not None and 0 <= gap < MAX_READINGS:
            segment.skip(gap)
            segment.add(record.reading, each.offset, each.end - each.offset)
            segment.newest = Moment.of(record.reading)
    found.damaged_bytes += max(0, len(data) - sound)
    return segment.end > segment.first


def _settle(segments: Sequence[Segment], settled: Iterable[tuple[int, int]]) -> None:
    """Mark what is settled, and what another segment holds as well: copies made after a failure."""
    covered = 0
    for segment in segments:
        segment.settle_range(segment.first, covered)
        covered = max(covered, segment.end)
    at = 0
    for first, count in sorted(settled):
        while at < len(segments) and segments[at].end <= first:
            at += 1
        for segment in segments[at:]:
            if segment.first >= first + count:
                break
            segment.settle_range(first, first + count)


def _reconcile(segments: Sequence[Segment], found: Recovery) -> None:
    state = found.state
    before: Counter[AccountKey] = Counter()
    after: Counter[AccountKey] = Counter()
    for segment in segments:
        before += segment.pending(until=state.next_number)
        if segment.end > state.next_number:
            after += segment.pending(since=state.next_number)
    for key in {*before, *after, *state.totals}:
        totals = state.totals.setdefault(key, Totals())
        lost = totals.reconcile(before[key], after[key])
        if lost:
            found.lost[key] = lost
    ends = [segment.end for segment in segments]
    ends += [first + count for first, count in state.settled]
    state.next_number = max([state.next_number, *ends])
