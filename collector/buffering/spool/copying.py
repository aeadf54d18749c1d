"""A segment written anew under another name, as what the disk made of the old one is in doubt."""

from contextlib import suppress

from collector.buffering.spool.appending import write_whole
from collector.buffering.spool.folder import Folder
from collector.buffering.spool.frame import frame, scan
from collector.buffering.spool.names import FileName, first_line
from collector.buffering.spool.segment import TRAILER_BYTES


def write_copy(folder: Folder, data: bytes, old: FileName, new: FileName) -> None:
    """Write a segment anew, each frame to the same place, so that it survives a power cut.

    Args:
        folder: Where to.
        data: The segment, with the checksums of its old name.
        old: That name.
        new: The name of the copy, which must not be there.

    Raises:
        OSError: There is no copy.
    """
    target = folder.create(str(new))
    try:
        write_whole(target, _copied(data, old, new), 0)
        target.sync()
        folder.sync()
    except OSError:
        with suppress(OSError):
            folder.remove(str(new))
        raise
    finally:
        target.close()


def _copied(data: bytes, old: FileName, new: FileName) -> bytearray:
    copy = bytearray(len(data))
    copy[: len(first_line())] = first_line()
    for found in scan(data, old.salt):
        copy[found.offset : found.end] = frame(found.payload, new.salt)
    copy[-TRAILER_BYTES:] = data[-TRAILER_BYTES:]  # has no checksum of its own
    return copy
