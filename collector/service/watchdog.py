"""The watchdog of systemd, fed by real progress only."""

import logging
import threading
from collections.abc import Callable, Sequence

from collector.clock import Clock
from collector.pulse import Pulse
from collector.service.notify import Notifier

log = logging.getLogger(__name__)

PATIENCE_S = 15.0
"""A loop that is late by more than this hangs. Less is what a busy or a slow machine does."""

LONGEST_TURN_S = 5.0
FEEDS_PER_TIMEOUT = 3
"""sd_watchdog_enabled(3) recommends at least two."""


class Watchdog:
    """Feeds the supervisor's watchdog while every loop of ours keeps its word.

    A read that hangs in a plugin, a disk or an agent that does not answer are no reason to starve
    it: they are known, and a restart would cost the other sources their readings. What is watched
    are the threads that nothing may hold up.

    Args:
        notifier: Where to; without a supervisor there is no thread.
        pulses: One for each loop.
        describe: Returns one line about how things are, for ``systemctl status``.
        clock: The time.
    """

    def __init__(
        self,
        notifier: Notifier,
        pulses: Sequence[Pulse],
        describe: Callable[[], str],
        clock: Clock,
    ) -> None:
        self._notifier = notifier
        self._pulses = pulses
        self._describe = describe
        self._clock = clock
        self._changed = threading.Condition()
        self._is_stopping = False
        self._hung: frozenset[str] = frozenset()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    @property
    def interval_s(self) -> float:
        """How often it looks."""
        if not self._notifier.watchdog_s:
            return LONGEST_TURN_S
        return min(LONGEST_TURN_S, self._notifier.watchdog_s / FEEDS_PER_TIMEOUT)

    def start(self) -> None:
        """Say that the start is done, and begin to feed."""
        self._notifier.ready()
        if self._notifier.is_heard:
            self._thread.start()

    def stop(self) -> None:
        """Say that the end has begun, and feed no more: the stop has a timeout of its own."""
        self._notifier.stopping()
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()

    def turn(self) -> None:
        """Look at all loops once, and feed if none of them hangs."""
        now_s = self._clock.monotonic_s()
        hung = {
            pulse.name: overdue_s
            for pulse in self._pulses
            if (overdue_s := pulse.overdue_s(now_s)) > PATIENCE_S
        }
        if not hung:
            self._notifier.alive()
            self._notifier.tell(self._describe())
        elif self._hung != hung.keys():
            words = ", ".join(f"{name} for {seconds:.0f} s" for name, seconds in hung.items())
            log.error("the watchdog is not fed any more: these do not go on: %s", words)
            self._notifier.tell(f"hangs: {words}")
        self._hung = frozenset(hung)

    def _run(self) -> None:
        while not self._is_stopping:
            self.turn()
            with self._changed:
                if not self._is_stopping:
                    self._clock.wait(self._changed, self.interval_s)
