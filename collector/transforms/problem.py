"""What keeps a transform from doing what it was told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        key: Of the transform's table.
        message: With what would be right.
        offset: Where in the text of that key, in characters from 0; None for all of it.
        may_come: A metric is missing, which the source may still learn of.
    """

    key: str
    message: str
    offset: int | None = None
    may_come: bool = False
