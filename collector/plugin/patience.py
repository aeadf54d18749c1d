"""Plugin code that should return at once, while a configuration is loaded or sources are made.

It runs in the collector itself, so it cannot be ended; but nobody has to wait for it. What does not
come back is left behind in its thread, and its plugin counts as broken. Against code that keeps the
interpreter from running any other thread this is of no use.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from collector.plugin.border import PluginFault, guarded

log = logging.getLogger(__name__)

IMPORT_LIMIT_S = 60.0
"""A small machine reads large libraries from its card for many seconds; as a worker has."""

CALL_LIMIT_S = 20.0
"""For what computes and does no I/O."""

TELL_AFTER_S = 10.0
"""Whoever watches a start wants to know what it waits for."""

CALLING = "%s: %s"
"""What is logged before each call, for debugging and for whoever rehearses: who, and what."""

T = TypeVar("T")


def bounded(
    who: str, what: str, call: Callable[[], T], limit_s: float, *meant: type[Exception]
) -> T:
    """Call plugin code in a thread of its own, and wait for it no longer than this.

    Args:
        who: Whose code, for the log: ``"plugin 'modbus'"``.
        what: What is being done, for the message: ``"check()"``.
        call: Calls it, and takes what it gives out of the plugin's hands.
        limit_s: How long to wait.
        meant: Exceptions that mean something to the caller; they pass as they are.

    Raises:
        PluginFault: It raised anything else, or did not come back.
    """
    log.debug(CALLING, who, what)
    calling = _Calling(what, call, meant)
    calling.start()
    calling.join(min(TELL_AFTER_S, limit_s))
    if calling.is_alive() and limit_s > TELL_AFTER_S:
        log.warning("%s: %s takes long; it is given up after %g s", who, what, limit_s)
        calling.join(limit_s - TELL_AFTER_S)
    if calling.is_alive():
        raise PluginFault(f"{what} did not come back within {limit_s:g} s")
    return calling.result()


class _Calling(threading.Thread, Generic[T]):
    """One call, and what came of it."""

    def __init__(self, what: str, call: Callable[[], T], meant: Sequence[type[Exception]]) -> None:
        super().__init__(name="plugin call", daemon=True)
        self._what = what
        self._call = call
        self._meant = meant
        self._caught: tuple[type[Exception], ...] = (PluginFault, *meant)
        self._given: list[T] = []
        self._error: Exception | None = None

    def run(self) -> None:
        """Call it."""
        try:
            with guarded(self._what, *self._meant):
                self._given.append(self._call())
        except self._caught as error:
            self._error = error

    def result(self) -> T:
        """Return what it gave, or raise what it raised; once it is back."""
        if self._error is not None:
            raise self._error
        return self._given[0]
