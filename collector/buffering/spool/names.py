"""What the files of a spool are called, and how each says its format.

    0000000000001234-89abcdef.segment     readings, the first of them with number 1234
    0000000000000007-01234567.journal     what became of them; that with the highest number counts

The eight digits are the salt of the file's checksums. The first line says the format, so that a
file of a later version is known for one, and left alone.
"""

import re
from dataclasses import dataclass

FORMAT_VERSION = 2
OLDER_VERSIONS = frozenset({1})
"""Read as well: records of format 1 take more bytes to say the same."""

SEGMENT = "segment"
JOURNAL = "journal"
ASIDE = ".aside"
LOCK = "lock"

_NAME = re.compile(r"(\d{16})-([0-9a-f]{8})\.(segment|journal)")
_FIRST_LINE = re.compile(rb"collector-spool (\d{1,9})\n")


@dataclass(frozen=True, slots=True)
class FileName:
    """A name, taken apart.

    Attributes:
        number: Of the first reading in a segment; of the journal itself.
    """

    number: int
    salt: int
    kind: str

    def __str__(self) -> str:
        return f"{self.number:016d}-{self.salt:08x}.{self.kind}"

    @classmethod
    def parse(cls, name: str) -> "FileName | None":
        """Return the parts of a name; None where it is not one of ours."""
        match = _NAME.fullmatch(name)
        return None if match is None else cls(int(match[1]), int(match[2], 16), match[3])


def first_line(version: int = FORMAT_VERSION) -> bytes:
    """Return how a file begins."""
    return b"collector-spool %d\n" % version


def is_of_another_version(data: bytes) -> bool:
    """Tell whether a file says that it has a format which is not read; damage says nothing."""
    match = _FIRST_LINE.match(data)
    return match is not None and int(match[1]) not in {FORMAT_VERSION, *OLDER_VERSIONS}
