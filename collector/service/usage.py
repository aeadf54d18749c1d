"""What this process takes of the machine."""

import resource
from dataclasses import dataclass
from pathlib import Path

from collector.clock import Clock

_STATM = Path("/proc/self/statm")
"""proc(5): sizes in pages; the second is the resident one."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Taken at one moment.

    Attributes:
        memory_bytes: Resident memory; 0 where ``/proc`` does not tell.
        cpu_percent: Processor time since the last measurement, in percent of one processor.
    """

    memory_bytes: int
    cpu_percent: float


class UsageMeter:
    """Measures it. Used by one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at_s, self._cpu_s = clock.monotonic_s(), _cpu_s()

    def measure(self) -> Usage:
        """Return the usage, of the processor since the last call."""
        at_s, cpu_s = self._clock.monotonic_s(), _cpu_s()
        span_s = at_s - self._at_s
        percent = 100 * (cpu_s - self._cpu_s) / span_s if span_s > 0 else 0.0
        self._at_s, self._cpu_s = at_s, cpu_s
        return Usage(_resident_bytes(), percent)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _resident_bytes() -> int:
    try:
        return int(_STATM.read_text("ascii").split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0
