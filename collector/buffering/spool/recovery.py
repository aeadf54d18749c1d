"""What an earlier run has left in the spool's directory, damage included."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from collector.buffering.spool.contents import Contents, look_through
from collector.buffering.spool.folder import Folder, SpoolFile
from collector.buffering.spool.frame import scan
from collector.buffering.spool.journal import JournalState, read_journal
from collector.buffering.spool.media import LOST
from collector.buffering.spool.names import FileName, first_line
from collector.buffering.spool.record import RecordCodec
from collector.buffering.spool.runs import runs_in
from collector.buffering.spool.segment import (
    MAX_READINGS,
    TRAILER_BYTES,
    AccountKey,
    Segment,
    index_offset,
)
from collector.buffering.spool.totals import Totals


@dataclass(slots=True)
class Recovery:
    """The spool as it was found.

    Attributes:
        contents: Which files there are.
        segments: Oldest first; also those in which everything is settled, to be removed.
        state: What the journal says, brought in line with what is there.
        readings: Unsettled readings found.
        damaged_bytes: Bytes that are no part of a sound record; those that are found only when they
            are read back come on top.
        lost: Values lost to damage, by source and sensor.
    """

    contents: Contents
    segments: list[Segment] = field(default_factory=list)
    state: JournalState = field(default_factory=JournalState)
    readings: int = 0
    damaged_bytes: int = 0
    lost: dict[AccountKey, int] = field(default_factory=dict)


def recover(folder: Folder) -> Recovery:
    """Read the spool's directory. Nothing is removed that holds a reading.

    Raises:
        OSError: The directory cannot be read now.
    """
    found = Recovery(look_through(folder))
    found.state, found.damaged_bytes = read_journal(folder, found.contents.journals)
    for name in found.contents.segments:
        segment = _load(folder, name, found)
        if segment is not None:
            found.segments.append(segment)
    _settle_copies(found.segments)
    _settle(found.segments, found.state)
    _reconcile(found)
    found.readings = sum(segment.unsettled for segment in found.segments)
    return found


def _load(folder: Folder, name: FileName, found: Recovery) -> Segment | None:
    """Return a segment's table; one that has no sound record is put aside, an empty one removed."""
    segment = Segment(name)
    try:
        segment.size = folder.size(str(name))
        file = folder.open(str(name))
        try:
            is_sound = _load_by_index(segment, file) or _load_by_scan(segment, file, found)
        finally:
            file.close()
    except OSError as error:
        if error.errno not in LOST:
            raise
        found.contents.put_aside(folder, name)
        return None
    if is_sound:
        return segment
    if segment.size > len(first_line()):
        found.contents.put_aside(folder, name)
        return None
    with suppress(OSError):
        folder.remove(str(name))
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
        if record is not None and segment.end <= record.number < segment.first + MAX_READINGS:
            segment.skip(record.number - segment.end)
            segment.add([record.reading], [each.end - each.offset], each.offset)
    found.damaged_bytes += max(0, len(data) - sound)
    return segment.end > segment.first


def _settle_copies(segments: Sequence[Segment]) -> None:
    """Of copies made after a failure, mark what the other holds as well in the one with less."""
    reach = 0
    for index, segment in enumerate(segments):
        for earlier in segments[:index] if segment.first < reach else ():
            less, more = sorted((segment, earlier), key=lambda each: each.unsettled)
            for number in range(segment.first, min(segment.end, earlier.end)):
                if more.holds(number):
                    less.settle_range(number, number + 1)
        reach = max(reach, segment.end)


def _settle(segments: Sequence[Segment], state: JournalState) -> None:
    for first, flags in state.flags:
        near = [each for each in segments if each.first < first + len(flags) and first < each.end]
        for run_first, count in runs_in(first, flags) if near else ():
            for segment in near:
                segment.settle_range(run_first, run_first + count)
    at = 0
    for first, count in sorted(state.settled):
        while at < len(segments) and segments[at].end <= first:
            at += 1
        for segment in segments[at:]:
            if segment.first >= first + count:
                break
            segment.settle_range(first, first + count)


def _reconcile(found: Recovery) -> None:
    state, segments = found.state, found.segments
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
    ends += [first + len(flags) for first, flags in state.flags]
    state.next_number = max([state.next_number, found.contents.next_reading, *ends])
