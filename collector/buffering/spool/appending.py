"""Appending to a file so that it holds all of what was given, or nothing of it."""

import errno

from collector.buffering.spool.folder import SpoolFile


class TornError(OSError):
    """A part was written and could not be taken back."""


def write_whole(file: SpoolFile, data: bytes | bytearray, size: int) -> None:
    """Append all of the data, or nothing of it.

    Args:
        file: Where to.
        data: What.
        size: How long the file is.

    Raises:
        OSError: Nothing was written.
        TornError: A part of it was.
    """
    view = memoryview(data)
    try:
        while view:
            view = view[_append(file, view) :]
    except OSError as error:
        try:
            file.cut(size)
        except OSError:
            raise TornError(error.errno, error.strerror) from error
        raise


def _append(file: SpoolFile, data: memoryview) -> int:
    taken = file.append(data)
    if not taken:
        raise OSError(errno.EIO, "nothing was written")
    return taken
