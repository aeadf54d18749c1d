"""The certificate over the years: people are warned before it expires, and it is renewed in time.

A thread of its own looks every few seconds, so that an enrolment, which may take a minute, never
holds up what the old certificate delivers.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from collector.client.identity import Identity, IdentityDirectory
from collector.clock import Clock, Deadline
from collector.errors import CollectorError, IdentityError
from collector.publishing.connection.backoff import Backoff
from collector.publishing.supply.clock_trust import time_text
from collector.status import CertificateStatus

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""So soon a certificate that was got by hand is noticed; a look reads one small file."""

WARN_DAYS = (1, 7, 14, 30)
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3600.0
DAY_MS = 86_400_000
LARGEST_SHARE = 3
"""At the latest this part of its life before its end a certificate is renewed, not before."""


class Successor(Protocol):
    """What the renewal needs to know of the trial of a successor."""

    @property
    def trouble(self) -> str:
        """Why the agent did not take it; empty when there is none waiting."""
        ...

    def wants_change(self) -> bool:
        """Tell whether another identity than the one connected with is to be used now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalPlan:
    """When and how certificates are renewed.

    Attributes:
        before_s: How long before the end, at most a third of the certificate's life.
        is_automatic: Whether we do it, or people.
        enrol: Gets a successor from the agent and puts it beside the identity in use; may block.
        on_change: Told when another identity is to be connected with.
    """

    before_s: float
    is_automatic: bool
    enrol: Callable[[], None]
    on_change: Callable[[], None]


class Renewal:
    """Watches the identity in use."""

    def __init__(
        self,
        identities: IdentityDirectory,
        successor: Successor,
        plan: RenewalPlan,
        clock: Clock,
        random: Random,
    ) -> None:
        self._identities = identities
        self._successor = successor
        self._plan = plan
        self._clock = clock
        self._backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, random, FIRST_PAUSE_S / 2)
        self._not_before_s = 0.0
        self._watched: Identity | None = None
        self._warned_days: int | None = None
        self._trouble = ""
        self._stopping = threading.Condition()
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="renewal", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; whoever stops `enrol` does so as well."""
        with self._stopping:
            self._is_stopping.set()
            self._stopping.notify_all()

    def status(self) -> CertificateStatus:
        """Return how the certificate in use is. For any thread."""
        identity = self._watched
        if identity is None:
            return CertificateStatus()
        now_ms = self._clock.wall_ms()
        left_ms = identity.not_after_ms - now_ms
        message = self._successor.trouble or self._trouble
        if not message and left_ms < WARN_DAYS[-1] * DAY_MS:
            message = self._what_next()
        return CertificateStatus(
            not_after_ms=identity.not_after_ms,
            days_left=left_ms // DAY_MS,
            message=message,
            not_before_ms=identity.not_before_ms,
            renewed_from_ms=(
                renewed_from_ms(identity, self._plan.before_s, now_ms)
                if self._plan.is_automatic
                else None
            ),
        )

    def look(self) -> None:
        """Warn, renew and tell of changes, as far as it is time to."""
        try:
            identity, renewed = self._identities.load(), self._identities.load_renewed()
        except IdentityError:
            return  # for the network thread to tell
        self._watch(identity)
        if self._successor.wants_change():
            self._plan.on_change()
        if identity is None:
            return
        self._warn(identity)
        if renewed is None and self._is_due(identity):
            self._renew()

    def _run(self) -> None:
        while not self._is_stopping.is_set():
            self.look()
            deadline = Deadline.after(self._clock, LOOK_S)
            with self._stopping:
                while not self._is_stopping.is_set() and not deadline.has_passed():
                    self._clock.wait(self._stopping, deadline.remaining_s())

    def _watch(self, identity: Identity | None) -> None:
        if identity != self._watched:
            self._watched, self._warned_days, self._trouble = identity, None, ""
            self._backoff.reset()

    def _is_due(self, identity: Identity) -> bool:
        if not self._plan.is_automatic or self._clock.monotonic_s() < self._not_before_s:
            return False
        now_ms = self._clock.wall_ms()
        if now_ms < identity.not_before_ms - DAY_MS:
            # Of a time that was wrong when we enrolled, if the clock is right now.
            return _fitted_when_it_came(identity) and self._clock.is_synchronized()
        return now_ms >= renewed_from_ms(identity, self._plan.before_s, now_ms)

    def _renew(self) -> None:
        self._not_before_s = self._clock.monotonic_s() + self._backoff.next_s()
        try:
            self._plan.enrol()
        except CollectorError as error:
            if self._is_stopping.is_set():
                return
            trouble = f"the certificate could not be renewed, which is tried again: {error}"
            if trouble != self._trouble:
                log.warning("%s", trouble)
            self._trouble = trouble
            return
        self._trouble = ""
        log.info("a new certificate is here; it is used as soon as the agent takes it")
        if self._successor.wants_change():
            self._plan.on_change()

    def _warn(self, identity: Identity) -> None:
        left_ms = identity.not_after_ms - self._clock.wall_ms()
        reached = next((days for days in (0, *WARN_DAYS) if left_ms < days * DAY_MS), None)
        if reached is None or reached == self._warned_days:
            return
        self._warned_days = reached
        until = time_text(identity.not_after_ms)
        what = "has expired" if reached == 0 else f"expires in less than {_days(reached)}"
        log.warning("the certificate of this client %s (%s): %s", what, until, self._what_next())

    def _what_next(self) -> str:
        if self._plan.is_automatic:
            return "it is renewed by itself"
        return "provision is 'never', so renew it by hand: collector provision --renew"


def renewed_from_ms(identity: Identity, before_s: float, now_ms: int) -> int:
    """Return from when on a certificate is renewed, in milliseconds since the epoch.

    Args:
        identity: Whose certificate.
        before_s: How long before its end, where it lasts long enough.
        now_ms: What our clock shows.
    """
    begin_ms, end_ms = identity.not_before_ms, identity.not_after_ms
    enrolled_ms = identity.enrolled_at_ms
    if begin_ms < enrolled_ms < end_ms:
        begin_ms = enrolled_ms  # certificates may be dated back
    elif end_ms <= enrolled_ms <= now_ms:
        # One that had expired when it came shows that our clock is not the agent's, and the next
        # one would be no better: its life is counted from then on, by the clock that we have.
        begin_ms, end_ms = enrolled_ms, enrolled_ms + end_ms - begin_ms
    life_ms = end_ms - begin_ms
    return end_ms - min(int(before_s * 1000), life_ms // LARGEST_SHARE)


def _fitted_when_it_came(identity: Identity) -> bool:
    """Tell whether our clock showed a time of the certificate's life, or it was not noted."""
    enrolled_ms = identity.enrolled_at_ms
    return not enrolled_ms or enrolled_ms >= identity.not_before_ms - DAY_MS


def _days(number: int) -> str:
    return "a day" if number == 1 else f"{number} days"
