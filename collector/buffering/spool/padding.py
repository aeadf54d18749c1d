"""Files that are filled up to a whole block before a sync: the next need not write it again.

A disk writes whole blocks. The last one of a file is written by every sync that finds it grown, so
small syncs write most of their bytes twice; but filling it up takes room from the spool.
"""

from collector.buffering.spool.frame import HEAD_BYTES

BLOCK_BYTES = 4096
"""Those of the usual file systems, and the least that a card writes."""

MOST_PADDING = 0.5
"""By what was written since the sync before: at most a third of the spool is padding."""

KIND = b"P"


def padding_bytes(size: float, since_sync: float) -> float:
    """Return by how much a file is to be filled up before it is synced; 0 for not at all.

    Args:
        size: How long it is.
        since_sync: How much of that was written since the sync before.
    """
    rest = -size % BLOCK_BYTES
    return rest if HEAD_BYTES < rest <= MOST_PADDING * since_sync else 0


def padding(size: int) -> bytes:
    """Return what makes a frame of so many bytes, at least 13; no reader takes it for a record."""
    return KIND.ljust(size - HEAD_BYTES, b"\0")
