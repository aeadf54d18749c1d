"""Numbers of readings as runs: the first and how many."""

from collections.abc import Iterable, Iterator, Sequence

Run = tuple[int, int]
Runs = Sequence[Run]


def runs_of(numbers: Iterable[int]) -> list[Run]:
    """Return numbers as runs."""
    return merged((number, 1) for number in numbers)


def merged(runs: Iterable[Run]) -> list[Run]:
    """Return the same numbers in as few runs as there can be, in their order."""
    found: list[Run] = []
    for first, count in sorted(runs):
        end = sum(found[-1]) if found else -1
        if first <= end:
            found[-1] = (found[-1][0], max(end, first + count) - found[-1][0])
        else:
            found.append((first, count))
    return found


def runs_in(first: int, flags: bytes) -> Iterator[Run]:
    """Go through the runs of readings whose flag is 1.

    Args:
        first: The number of the reading that the first flag is for.
        flags: A byte of 0 or 1 for each reading.
    """
    at = 0
    while (start := flags.find(1, at)) >= 0:
        at = flags.find(0, start)
        at = at if at >= 0 else len(flags)
        yield first + start, at - start
