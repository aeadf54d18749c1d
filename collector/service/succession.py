"""Which of two identities to use: the one in use, or its successor, which is on trial."""

import logging
from pathlib import Path
from random import Random

from collector.client.identity import Identity, IdentityDirectory
from collector.clock import Clock
from collector.errors import (
    AgentRefusesError,
    CollectorError,
    IdentityError,
    IdentityUnreadableError,
    RefusalReason,
    StateError,
)
from collector.publishing.connection.backoff import Backoff

log = logging.getLogger(__name__)

SHORTEST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 600.0

_FOR_GOOD = frozenset(
    {
        RefusalReason.CLIENT_CERTIFICATE_REVOKED,
        RefusalReason.CLIENT_CERTIFICATE_UNKNOWN_CA,
        RefusalReason.CLIENT_CERTIFICATE_EXPIRED,
    }
)
"""Why no later trial can end otherwise. A client that is not authorized may be so later."""


class Succession:
    """Hands out one identity after another until the agent takes the successor.

    The successor is tried as soon as it is there, and again with growing pauses; in between, and
    for as long as the agent does not take it, the old identity delivers. Once taken, it is the one
    in use. Used from the network thread, but for `wants_change` and ``trouble``.

    Attributes:
        trouble: Why the successor was not taken, in words; empty when there is none waiting.
    """

    def __init__(self, identities: IdentityDirectory, clock: Clock, random: Random) -> None:
        self._identities = identities
        self._clock = clock
        self._backoff = Backoff(SHORTEST_PAUSE_S, LONGEST_PAUSE_S, random, SHORTEST_PAUSE_S)
        self._tried: Path | None = None
        self._retry_at_s = 0.0
        self._used: Path | None = None
        self.trouble = ""

    def mend(self) -> None:
        """Have what is sound take the place of an identity that is damaged, and tell.

        Raises:
            IdentityError: As `choose`, but for damage.
        """
        try:
            told = self._identities.mend()
        except StateError as error:
            told = f"the damaged identity cannot be replaced: {error}"
        if told:
            log.warning("%s", told)

    def choose(self) -> Identity | None:
        """Return the identity to connect with now; None when there is none at all.

        Raises:
            IdentityUnreadableError: Not now.
            IdentityError: The one in use cannot be used.
        """
        self.mend()
        renewed, identity = self._renewed(), self._identities.load()
        if renewed is not None and (identity is None or self._is_due(renewed)):
            self._begin_trial(renewed)
            identity = renewed
        self._used = identity.certificate_file if identity is not None else None
        return identity

    def accepted(self, identity: Identity) -> None:
        """Note that the agent answers this identity; a successor is now the one in use."""
        if not self.is_on_trial(identity):
            return
        try:
            former = self._identities.load()
            self._identities.take_up_renewed()
        except (StateError, IdentityError) as error:
            if not self._is_in_use(identity):
                log.warning("the renewed certificate is used, but stays a second one: %s", error)
                return
            former = None
            log.warning("what is left of the former identity stays where it is: %s", error)
        self._backoff.reset()
        self._tried, self.trouble = None, ""
        log.info(
            "the agent takes the renewed certificate: client %s is in use in place of %s",
            identity.client_id,
            former.client_id if former else "the former one",
        )

    def rejected(self, identity: Identity, error: CollectorError) -> bool:
        """Note that no connection came about or lasted with this identity.

        Returns:
            Whether there is another one to go on with: this one was a successor on trial, or its
            files are no longer those in use.
        """
        if not self.is_on_trial(identity):
            return isinstance(error, IdentityError) and self._has_replaced(identity, error)
        self._note(f"the agent does not take the renewed certificate: {error}")
        is_refused = isinstance(error, AgentRefusesError) and error.reason in _FOR_GOOD
        if is_refused or isinstance(error, IdentityError):
            self._discard()
        return self._has_another_than(identity)

    def is_on_trial(self, identity: Identity) -> bool:
        """Tell whether an identity is the successor, still on trial."""
        return self._tried is not None and identity.certificate_file == self._tried

    def wants_change(self) -> bool:
        """Tell whether `choose` would return another identity than it last did. For any thread."""
        try:
            renewed, current = self._identities.load_renewed(), self._identities.load()
        except IdentityError:
            return False
        if renewed is not None and renewed.certificate_file != self._used:
            return self._is_due(renewed) or current is None
        if renewed is not None or current is None:
            return False  # the trial is under way
        return self._used is not None and current.certificate_file != self._used

    def _is_due(self, renewed: Identity) -> bool:
        is_new = renewed.certificate_file != self._tried
        return is_new or self._clock.monotonic_s() >= self._retry_at_s

    def _begin_trial(self, renewed: Identity) -> None:
        if renewed.certificate_file != self._tried:
            self._backoff.reset()
        self._tried = renewed.certificate_file
        self._retry_at_s = self._clock.monotonic_s() + self._backoff.next_s()

    def _is_in_use(self, identity: Identity) -> bool:
        current = self._current()
        return current is not None and current.certificate_file == identity.certificate_file

    def _has_replaced(self, identity: Identity, error: IdentityError) -> bool:
        """Go on with the successor where the key or certificate in use turns out to be damaged."""
        if self._has_another_than(identity):
            return True
        renewed = self._renewed()
        if renewed is None:
            return False
        try:
            self._identities.take_up_renewed()
        except StateError as trouble:
            log.warning("the damaged identity cannot be replaced: %s", trouble)
            return False
        log.warning("%s; client %s is used instead", error, renewed.client_id)
        return True

    def _has_another_than(self, identity: Identity) -> bool:
        current = self._current()
        return current is not None and current.certificate_file != identity.certificate_file

    def _current(self) -> Identity | None:
        try:
            return self._identities.load()
        except IdentityError:
            return None

    def _renewed(self) -> Identity | None:
        try:
            return self._identities.load_renewed()
        except IdentityUnreadableError as error:
            self._note(f"the renewed certificate waits: {error}")
            return None
        except IdentityError as error:
            log.warning("the renewed certificate cannot be used and is given up: %s", error)
            self._discard()
            return None

    def _note(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.warning("%s; the old one stays in use", trouble)
        self.trouble = trouble

    def _discard(self) -> None:
        try:
            self._identities.discard_renewed()
        except StateError as error:
            log.warning("the renewed certificate cannot be removed: %s", error)
