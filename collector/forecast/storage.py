"""What the disk and the memory hold, and what is written to the disk."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.buffering.spool.padding import padding_bytes
from collector.buffering.spool.settings import SHARE_OF_FREE_SPACE, segment_bytes
from collector.buffering.spool.sync_timer import AHEAD_S
from collector.config import Config
from collector.forecast.journal import journal_bytes
from collector.forecast.parts import DAY_S
from collector.forecast.samples import INDEX_BYTES
from collector.forecast.timeline import Ready, windows

PAGE_BYTES = 4096
"""What the kernel writes at least of a file (x86, ARM)."""

WRITEBACK_S = 32.5
"""How long the kernel keeps what nobody syncs: 30 s, and half of the 5 s between two looks
(dirty_expire_centisecs and dirty_writeback_centisecs, sysctl/vm.rst)."""

COMMIT_BYTES = 3 * PAGE_BYTES
"""What ext4 writes each time, with blocks of 4 KiB: one of inodes, and the two around it in its
journal. Room for what is appended is reserved, so it changes nothing else."""

COMMIT_S = 5.0
"""So long after the first change ext4 writes by itself what changed of inodes (commit, ext4(5)); a
sync before then takes its place."""

COMMITTED_S = COMMIT_S + 0.9
"""The same, as its timer has it: at the next whole second (round_jiffies_up, fs/jbd2)."""

SYNC_AT_ONCE_S = 0.02
"""With ``sync = "every"``, readings that come within so much of each other are synced together."""


@dataclass(frozen=True, slots=True)
class Storage:
    """What is held and written.

    Attributes:
        record_bytes: Of a reading in the spool, on average.
        longest_record_bytes: Of the longest.
        spool_bytes: How much the spool may take; 0 where it is off.
        spool_hours: How long an outage it holds; infinity for no readings.
        memory_hours: How long an outage the memory alone holds.
        healthy_bytes: Written to the disk in a day while the agent answers.
        outage_bytes: Written in a day while it does not.
    """

    record_bytes: float
    longest_record_bytes: int
    spool_bytes: int
    spool_hours: float
    memory_hours: float
    healthy_bytes: float
    outage_bytes: float


def storage(
    config: Config,
    messages: Sequence[Ready],
    until_s: float,
    held_bytes: float,
    free_bytes: int | None,
) -> Storage:
    """Return what the messages of some time make of the buffers.

    Args:
        config: The configuration.
        messages: In their order.
        until_s: How many seconds they cover.
        held_bytes: What one takes of the memory, on average.
        free_bytes: What the file system has; None where that is not known.
    """
    days = until_s / DAY_S
    per_hour = len(messages) / until_s * 3600
    record = sum(each.record for each in messages) / len(messages) if messages else 0.0
    limit = spool_limit_bytes(config, free_bytes)
    kept = limit - segment_bytes(limit) if limit else 0
    spooled = _spooled_bytes(config, messages)
    in_memory = _in_memory(config, held_bytes)
    return Storage(
        record_bytes=record,
        longest_record_bytes=max((each.record for each in messages), default=0),
        spool_bytes=limit,
        spool_hours=_hours(kept, spooled / until_s * 3600) if limit else 0.0,
        memory_hours=_hours(in_memory, per_hour),
        healthy_bytes=_healthy_bytes(config, messages, until_s) / days,
        outage_bytes=_outage_bytes(config, messages, until_s) / days,
    )


def spool_limit_bytes(config: Config, free_bytes: int | None) -> int:
    """Return how much the spool may take here and now; 0 where it is off."""
    if config.spool.mode == "off":
        return 0
    if free_bytes is None:
        return config.spool.max_bytes
    return min(config.spool.max_bytes, int(free_bytes * SHARE_OF_FREE_SPACE))


def free_bytes(config: Config) -> int | None:
    """Return what the file system has free that the spool will lie in; None if that is not here."""
    place: Path = config.spool.directory or config.collector.state_dir
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        found = os.statvfs(place)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def _in_memory(config: Config, held_bytes: float) -> float:
    most = config.ring.max_bytes / held_bytes if held_bytes else math.inf
    return min(float(config.ring.max_readings), most)


def _hours(held: float, per_hour: float) -> float:
    return held / per_hour if per_hour else math.inf


def _healthy_bytes(config: Config, messages: Sequence[Ready], until_s: float) -> float:
    """What the kernel writes by itself: nothing is synced while all is confirmed in time."""
    spool = config.spool
    if spool.mode == "off" or (spool.mode == "always" and not spool.sync):
        return _outage_bytes(config, messages, until_s)
    rounds = min(until_s / WRITEBACK_S, len(messages))
    data = sum(each.record for each in messages) if spool.mode == "always" else 0
    commits = len(windows((each.at_s for each in messages), COMMITTED_S))
    journal = journal_bytes(messages, are_confirmed=True)
    appended = _appended(data, rounds) if data else 0.0
    return appended + _appended(journal, rounds) + commits * COMMIT_BYTES + rounds * PAGE_BYTES


def _outage_bytes(config: Config, messages: Sequence[Ready], until_s: float) -> float:
    if config.spool.mode == "off":
        return 0.0
    synced = _synced(config, messages)
    rounds = min(until_s / WRITEBACK_S, len(messages))
    journal = _appended(journal_bytes(messages, are_confirmed=False), rounds)
    commits = len(synced)
    if config.spool.sync > COMMIT_S:
        commits += len(windows((each.at_s for each in messages), COMMITTED_S))
    inodes = commits * COMMIT_BYTES + rounds * PAGE_BYTES
    again = _fillings(synced).count(0) * PAGE_BYTES
    return _spooled_bytes(config, messages) + again + journal + inodes


def _spooled_bytes(config: Config, messages: Sequence[Ready]) -> float:
    """Return what segments take in an outage, filled up to whole blocks where that is done."""
    fillings = _fillings(_synced(config, messages))
    return float(sum(each.record for each in messages) + sum(fillings))


def _synced(config: Config, messages: Sequence[Ready]) -> list[int]:
    """Return how many bytes of records each sync of an outage finds."""
    width_s = max(SYNC_AT_ONCE_S, config.spool.sync - AHEAD_S)
    found: list[int] = []
    begun_s = -math.inf
    for each in messages:
        if each.at_s > begun_s + width_s:
            begun_s = each.at_s
            found.append(0)
        found[-1] += each.record - INDEX_BYTES
    return found


def _fillings(synced: Sequence[int]) -> list[int]:
    """Return by how much each sync fills up the file that it finds."""
    size, found = 0, []
    for data in synced:
        found.append(int(padding_bytes(size + data, data)))
        size += data + found[-1]
    return found


def _appended(data: float, rounds: float) -> float:
    """Return what data takes that is appended to a file and written in so many rounds."""
    return data + rounds * PAGE_BYTES if rounds else 0.0
