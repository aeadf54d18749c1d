"""Which files lie in the spool's directory: ours, those of another version, and what is no use."""

from contextlib import suppress
from dataclasses import dataclass, field

from collector.buffering.spool.folder import Folder
from collector.buffering.spool.frame import unframe
from collector.buffering.spool.media import LOST
from collector.buffering.spool.names import (
    ASIDE,
    JOURNAL,
    SEGMENT,
    FileName,
    first_line,
    is_of_another_version,
)
from collector.buffering.spool.segment import MAX_READINGS

MAX_ASIDE = 16
"""So many files without one sound record are kept for people to look at; every power cut may leave
one, and they must not fill the disk."""


@dataclass(slots=True)
class Contents:
    """The files of a spool.

    Attributes:
        segments: By the number of their first reading.
        journals: By their number.
        next_reading: A number that no reading of a file which cannot be read has.
        next_journal: A number that no journal has.
        kept_aside: How many files are not read: of another version, or without a sound record.
        aside: The names of those without one.
    """

    segments: list[FileName] = field(default_factory=list)
    journals: list[FileName] = field(default_factory=list)
    next_reading: int = 0
    next_journal: int = 0
    kept_aside: int = 0
    aside: list[str] = field(default_factory=list)

    def add(self, name: FileName) -> None:
        """Note a file of ours."""
        (self.journals if name.kind == JOURNAL else self.segments).append(name)

    def add_foreign(self, name: FileName) -> None:
        """Note a file of another version: whoever can read both must not take them for one."""
        self.kept_aside += 1
        if name.kind == SEGMENT:
            self.next_reading = max(self.next_reading, name.number + MAX_READINGS)

    def put_aside(self, folder: Folder, name: FileName) -> None:
        """Give a segment that cannot be read another name, where that is possible."""
        self.next_reading = max(self.next_reading, name.number + MAX_READINGS)
        with suppress(OSError):
            folder.rename(str(name), f"{name}{ASIDE}")
            self.aside.append(f"{name}{ASIDE}")
            self.kept_aside += 1
        while len(self.aside) > MAX_ASIDE:
            with suppress(OSError):
                folder.remove(min(self.aside))
            self.aside.remove(min(self.aside))
            self.kept_aside -= 1


def look_through(folder: Folder) -> Contents:
    """Look through the directory; what is not named as ours are is none of our business.

    Raises:
        OSError: It cannot be read now.
    """
    found = Contents()
    for text in folder.names():
        name = FileName.parse(text)
        if name is None:
            found.kept_aside += text.endswith(ASIDE)
            found.aside += [text] if text.endswith(ASIDE) else []
            continue
        if name.kind == JOURNAL:
            found.next_journal = max(found.next_journal, name.number + 1)
        if _is_foreign(folder, name):
            found.add_foreign(name)
        else:
            found.add(name)
    found.segments.sort(key=_order)
    found.journals.sort(key=_order)
    return found


def _order(name: FileName) -> tuple[int, int]:
    return name.number, name.salt


def _is_foreign(folder: Folder, name: FileName) -> bool:
    try:
        file = folder.open(str(name))
        try:
            if not is_of_another_version(file.read(0, 64)):
                return False
            data = file.read(0, folder.size(str(name)))
        finally:
            file.close()
    except OSError as error:
        if error.errno not in LOST:
            raise
        return False
    # A flipped bit can make another digit of ours; what follows tells.
    return unframe(data, name.salt, len(first_line())) is None
