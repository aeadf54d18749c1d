"""What follows when no connection came about, or one was lost: a state, words, and a pause."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector.clock import Clock
from collector.errors import (
    AgentAbsentError,
    AgentRefusesError,
    CollectorError,
    ConnectDeclinedError,
    RefusalReason,
)
from collector.publishing.connection.pauses import Pauses
from collector.publishing.connection.rivalry import Rivalry
from collector.publishing.supply.clock_trust import time_text
from collector.status import DeliveryState

DELETED_PAUSE_S = 300.0

_STATES: Mapping[RefusalReason, DeliveryState] = MappingProxyType(
    {
        RefusalReason.CLIENT_CERTIFICATE_REVOKED: DeliveryState.DELETED,
        RefusalReason.CLIENT_NOT_AUTHORIZED: DeliveryState.DELETED,
        RefusalReason.CLIENT_CERTIFICATE_EXPIRED: DeliveryState.EXPIRED,
        RefusalReason.SERVER_CERTIFICATE_NOT_YET_VALID: DeliveryState.WAITING_FOR_TIME,
    }
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What to show, and how long to wait.

    Attributes:
        message: One line for people.
        pause_s: Seconds until the next attempt.
    """

    state: DeliveryState
    message: str
    pause_s: float


class Failures:
    """Judges them, one after another. Used from the network thread alone.

    Args:
        rivalry: Knows whether another collector uses our identity.
    """

    def __init__(self, clock: Clock, pauses: Pauses, rivalry: Rivalry) -> None:
        self._clock = clock
        self._pauses = pauses
        self._rivalry = rivalry

    def judge(self, error: CollectorError, valid_from_ms: int, began_s: float) -> Failure:
        """Return what follows.

        Args:
            error: Why it failed.
            valid_from_ms: From when on our certificate is valid, since the epoch.
            began_s: When the attempt began, in monotonic seconds.
        """
        rival = self._rivalry.suspicion(error)
        if rival:
            pause_s = self._pauses.while_taken_over_s()
            return Failure(DeliveryState.TAKEN_OVER, f"{rival}{error}", pause_s)
        validity = self._validity(valid_from_ms)
        state = _state_after(error, is_early=bool(validity))
        if state is DeliveryState.DELETED:
            return Failure(state, str(error), DELETED_PAUSE_S)
        message = f"{error}{validity}" if state is DeliveryState.WAITING_FOR_TIME else str(error)
        return Failure(state, message, self._pause_s(error, began_s))

    def _pause_s(self, error: CollectorError, began_s: float) -> float:
        if isinstance(error, AgentAbsentError):
            return self._pauses.while_absent_s()
        if isinstance(error, AgentRefusesError | ConnectDeclinedError):
            return self._pauses.while_declined_s(began_s)
        return self._pauses.after_failure_s()

    def _validity(self, valid_from_ms: int) -> str:
        """Return that our certificate is not valid yet, in words; empty when it is."""
        wall_ms = self._clock.wall_ms()
        if wall_ms >= valid_from_ms:
            return ""
        valid_from, now = time_text(valid_from_ms), time_text(wall_ms)
        return f"; our certificate is valid from {valid_from}, and our clock shows {now}"


def _state_after(error: CollectorError, *, is_early: bool) -> DeliveryState:
    if not isinstance(error, AgentRefusesError):
        return DeliveryState.WAITING
    # TLS has no word for early.
    if error.reason is RefusalReason.CLIENT_CERTIFICATE_REFUSED and is_early:
        return DeliveryState.WAITING_FOR_TIME
    return _STATES.get(error.reason, DeliveryState.WAITING)
