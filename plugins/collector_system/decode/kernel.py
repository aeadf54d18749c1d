"""Uptime, open files and pressure."""

from dataclasses import dataclass

_UNLIMITED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class FileHandles:
    """How many files are open in the whole system, and how many may be."""

    used: int
    limit: int

    @property
    def used_percent(self) -> float | None:
        """Share of the limit, 0 to 100 %; None when the limit is the largest number there is."""
        return 100.0 * self.used / self.limit if 0 < self.limit < _UNLIMITED else None


def parse_uptime(text: str) -> float:
    """Return the seconds since boot, from ``/proc/uptime``."""
    first, _, _ = text.partition(" ")
    return float(first)


def parse_file_nr(text: str) -> FileHandles:
    """Return the open files, from ``/proc/sys/fs/file-nr``: allocated, unused, limit."""
    words = text.split()
    if len(words) != 3:  # noqa: PLR2004 - the kernel's three columns
        raise ValueError(f"/proc/sys/fs/file-nr: expected three numbers, got {text!r}")
    return FileHandles(used=int(words[0]) - int(words[1]), limit=int(words[2]))


def parse_pressure(text: str) -> dict[str, int]:
    """Return the microseconds that tasks stood still since boot, from ``/proc/pressure/*``.

    ``some``: at least one task waited for the resource; ``full``: all that had work did.
    """
    totals = {}
    for line in text.splitlines():
        kind, *figures = line.split()
        named = dict(figure.split("=", 1) for figure in figures if "=" in figure)
        if "total" not in named:
            raise ValueError(f"/proc/pressure: there is no total in {line!r}")
        totals[kind] = int(named["total"])
    return totals
