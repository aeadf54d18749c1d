"""What the JSON in a spool's files must be like.

A checksum tells that a record is as it was written, not by whom: what a later version or somebody
else wrote, and what cannot be, is damage like any other.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from collector.buffering.timestamps import Moment

_Count = Annotated[int, Field(ge=0, lt=10**15)]  # names of files have 16 digits for a number
_Counts = dict[str, _Count]
_Sums = tuple[str, str, _Count, _Count, _Counts, _Counts, _Counts, _Count]
_OlderSums = tuple[str, str, _Count, _Count, _Counts | _Count, _Counts, _Counts]


class _Stored(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class StoredSums(_Stored):
    """A record of the journal, see `JournalState`.

    Attributes:
        totals: Rows of `Totals`, also those from before there were transforms.
    """

    next: _Count
    synced: _Count = 0
    totals: tuple[_Sums | _OlderSums, ...]
    settled: tuple[tuple[_Count, _Count], ...]
    flags: tuple[_Count, str] | None = None
    boots: dict[str, int]


class StoredIndex(_Stored):
    """The head of an index, see `Segment.index`.

    Attributes:
        shapes: Sensor, and source and number of values of each source.
        times: When the first and the last reading were taken.
        owners: Bytes by source.
    """

    order: str
    shapes: tuple[tuple[str, tuple[tuple[str, _Count], ...]], ...]
    times: tuple[Moment | None, Moment | None]
    owners: _Counts


def read_sums(payload: bytes) -> StoredSums | None:
    """Return a record of the journal; None where it is none."""
    try:
        return StoredSums.model_validate_json(payload)
    except ValidationError:
        return None


def read_index(payload: bytes) -> StoredIndex | None:
    """Return the head of an index; None where it is none."""
    try:
        return StoredIndex.model_validate_json(payload)
    except ValidationError:
        return None
