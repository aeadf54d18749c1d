"""``/proc/meminfo`` and the swap counters of ``/proc/vmstat``."""

from dataclasses import dataclass

_KIB = 1024
_SWAPPED_IN = "pswpin"
_SWAPPED_OUT = "pswpout"


@dataclass(frozen=True, slots=True)
class Space:
    """A room that fills up.

    Attributes:
        total_bytes: Its size.
        free_bytes: What can still be taken; for memory what programs could get without swapping.
    """

    total_bytes: int
    free_bytes: int

    @property
    def used_bytes(self) -> int:
        """What is taken."""
        return self.total_bytes - self.free_bytes

    @property
    def used_percent(self) -> float | None:
        """How full it is, 0 to 100 %; None when there is no room at all."""
        return 100.0 * self.used_bytes / self.total_bytes if self.total_bytes else None


def parse_meminfo(text: str) -> dict[str, int]:
    """Return the lines of ``/proc/meminfo`` that hold kilobytes, in bytes, by their name."""
    values = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if words[1:] == ["kB"]:
            values[name] = int(words[0]) * _KIB
    return values


def memory(meminfo: dict[str, int]) -> Space:
    """Return the main memory. Kernels before 3.14 do not say what is available: then estimated."""
    available = meminfo.get("MemAvailable")
    if available is None:
        available = sum(meminfo.get(name, 0) for name in ("MemFree", "Buffers", "Cached"))
    return Space(_required(meminfo, "MemTotal"), available)


def swap(meminfo: dict[str, int]) -> Space:
    """Return the swap space, of size 0 when there is none."""
    return Space(meminfo.get("SwapTotal", 0), meminfo.get("SwapFree", 0))


def parse_swapped_pages(text: str) -> dict[str, int]:
    """Return the pages swapped ``in`` and ``out`` since boot, from ``/proc/vmstat``."""
    lines = dict(line.split(" ", 1) for line in text.splitlines() if line.startswith("pswp"))
    if lines.keys() != {_SWAPPED_IN, _SWAPPED_OUT}:
        raise ValueError("/proc/vmstat: pswpin or pswpout is missing")
    return {"in": int(lines[_SWAPPED_IN]), "out": int(lines[_SWAPPED_OUT])}


def _required(meminfo: dict[str, int], name: str) -> int:
    if name not in meminfo:
        raise ValueError(f"/proc/meminfo: there is no line {name!r}")
    return meminfo[name]
