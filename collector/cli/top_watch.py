"""The collector that `collector top` watches: it may go away, and another run take its place."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collector.cli.calling import ask_status, running_socket, understood
from collector.cli.top_rates import Flow, Rates
from collector.cli.wording import age_text
from collector.clock import Clock
from collector.errors import AgentUnreachableError, NotRunningError

ANSWER_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to be drawn.

    Attributes:
        status: What the collector said last.
        flow: What moves.
        gone: Why it says nothing now, in words; empty while it does.
    """

    status: dict[str, Any]
    flow: Flow
    gone: str = ""


class Watch:
    """Asks whichever run of a state directory there is.

    Args:
        base: The state directory.
        clock: The time.
    """

    def __init__(self, base: Path, clock: Clock) -> None:
        self._base = base
        self._clock = clock
        self._rates = Rates(clock)
        self._last: Seen | None = None
        self._seen_at_s = 0.0

    def look(self) -> Seen:
        """Return what the collector says now, or what it said last and why it says no more.

        Raises:
            NotRunningError: None runs, and none has run before.
            AgentUnreachableError: One does, and has never answered.
        """
        try:
            status = ask_status(running_socket(self._base), ANSWER_TIMEOUT_S)
        except (NotRunningError, AgentUnreachableError) as error:
            if self._last is None:
                raise
            age = age_text(self._clock.monotonic_s() - self._seen_at_s)
            return replace(self._last, flow=Flow(), gone=f"nothing for {age}: {error}")
        self._seen_at_s = self._clock.monotonic_s()
        with understood(status):
            self._last = Seen(status, self._rates.of(status))
        return self._last
