"""Time as an argument. Nothing else in the project reads the time or sleeps.

Three clocks matter. The monotonic clock drives schedules and deadlines. The boot-time clock, with
the boot's id, stamps readings: it never steps, and counts suspended time. The wall clock is only
used to turn a stamp into milliseconds since the epoch when a reading is sent, and to align
schedules.
"""

import ctypes
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment that survives steps of the wall clock.

    Attributes:
        boot_id: Which boot of the machine the next figure belongs to.
        boottime_ms: Milliseconds since that boot, suspended time included.
    """

    boot_id: str
    boottime_ms: int


class Clock(Protocol):
    """What the collector knows about time. Every method may be called from any thread."""

    def monotonic_s(self) -> float:
        """Return seconds from an arbitrary start; never steps; for schedules and deadlines."""
        ...

    def now(self) -> Instant:
        """Return this moment on the boot-time clock; for stamping readings."""
        ...

    def wall_ms(self) -> int:
        """Return milliseconds since the epoch, as far as this machine knows; may step."""
        ...

    def is_synchronized(self) -> bool:
        """Tell whether something (NTP, a GPS) disciplines the wall clock."""
        ...

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """Wait on a held condition until it is notified or the time has passed."""
        ...


class SystemClock:
    """The machine's clocks (Linux).

    Args:
        boot_id: Stands in every stamp; by default what the kernel says.
    """

    def __init__(self, boot_id: str = "") -> None:
        self._boot_id = boot_id or _read_boot_id()

    def monotonic_s(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def now(self) -> Instant:
        """See `Clock`."""
        return Instant(self._boot_id, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000)

    def wall_ms(self) -> int:
        """See `Clock`."""
        return time.time_ns() // 1_000_000

    def is_synchronized(self) -> bool:
        """See `Clock`. Asks the kernel by adjtimex(2), which needs no rights."""
        return kernel_clock_is_synchronized()

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """See `Clock`."""
        condition.wait(timeout_s)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A monotonic instant by which something has to be done.

    Attributes:
        at_s: The instant on the clock's monotonic scale.
    """

    clock: Clock
    at_s: float

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> "Deadline":
        """Return the deadline this many seconds from now."""
        return cls(clock, clock.monotonic_s() + seconds)

    def remaining_s(self) -> float:
        """Return the seconds left, never below 0: fit for a driver's timeout."""
        return max(0.0, self.at_s - self.clock.monotonic_s())

    def has_passed(self) -> bool:
        """Tell whether the time is up."""
        return self.clock.monotonic_s() >= self.at_s

    def give_way(self) -> None:
        """Let what is more urgent on the same link go first, if anything waits for it.

        For a source whose read takes several transactions, to be called between them: so a fast
        group stays on time beside a slow one. Other groups of the same source may be read before it
        returns. A plain deadline knows of no link, and this does nothing.

        Raises:
            SourceUnavailableError: The source was closed meanwhile, as another of its groups
                failed. Let it pass.
        """


def wall_ms_of(instant: Instant, clock: Clock) -> int | None:
    """Return the wall-clock milliseconds of an instant; None when it belongs to another boot."""
    now = clock.now()
    if instant.boot_id != now.boot_id:
        return None
    return clock.wall_ms() - now.boottime_ms + instant.boottime_ms


def kernel_clock_is_synchronized() -> bool:
    """Ask adjtimex(2): false for return value 5 (TIME_ERROR) or status bit 0x40 (STA_UNSYNC)."""
    status = _Timex()
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(status))
    return state not in (-1, _TIME_ERROR) and not status.status & _STA_UNSYNC


_TIME_ERROR = 5
_STA_UNSYNC = 0x40


class _Timex(ctypes.Structure):
    """The head of ``struct timex`` and room for the rest; ``modes`` 0 only reads."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def _read_boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:  # a container without it: stamps then hold for this process only
        return f"process-{time.clock_gettime_ns(time.CLOCK_BOOTTIME)}"
