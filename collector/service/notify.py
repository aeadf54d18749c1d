"""What systemd is told about this process: sd_notify(3), one datagram for each message."""

import socket
from collections.abc import MutableMapping
from contextlib import suppress

from collector.clock import Clock

_WATCHDOG_KEYS = ("WATCHDOG_USEC", "WATCHDOG_PID")


class Notifier:
    """Sends to the supervisor that started this process; without one, everything here does nothing.

    May be used from any thread.

    Args:
        address: A path, or an abstract name that begins with ``@``; empty without a supervisor.
        watchdog_s: How long the supervisor waits for `alive` before it kills; 0: for ever.
        clock: The time.

    Attributes:
        watchdog_s: As given.
    """

    def __init__(self, address: str, watchdog_s: float, clock: Clock) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._clock = clock
        self._told = ""
        self.watchdog_s = watchdog_s

    @classmethod
    def take(cls, environ: MutableMapping[str, str], pid: int, clock: Clock) -> "Notifier":
        """Take what the supervisor has left in the environment, so that no child finds it.

        Args:
            environ: Loses ``NOTIFY_SOCKET``, ``WATCHDOG_USEC`` and ``WATCHDOG_PID``.
            pid: Of this process: a watchdog that is meant for another one is not ours.
            clock: The time.
        """
        address = environ.pop("NOTIFY_SOCKET", "")
        usec, for_pid = (environ.pop(key, "") for key in _WATCHDOG_KEYS)
        is_ours = usec.isdecimal() and for_pid in ("", str(pid))
        return cls(address, int(usec) / 1e6 if is_ours else 0.0, clock)

    @property
    def is_heard(self) -> bool:
        """Whether there is a supervisor."""
        return bool(self._address)

    def ready(self) -> None:
        """Say that the start, or a reload, is done."""
        self._send("READY=1")

    def reloading(self) -> None:
        """Say that a reload has begun; `ready` ends it."""
        now_us = int(self._clock.monotonic_s() * 1e6)
        self._send(f"RELOADING=1\nMONOTONIC_USEC={now_us}")

    def stopping(self) -> None:
        """Say that this process ends in order."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._send("WATCHDOG=1")

    def tell(self, status: str) -> None:
        """Say in one line how things are; the same line is not repeated."""
        if status != self._told:
            self._told = status
            self._send(f"STATUS={status}")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # A supervisor that is gone or busy is no reason to stop collecting.
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.settimeout(1.0)
            sender.sendto(message.encode(errors="replace"), self._address)
