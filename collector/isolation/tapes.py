"""What passes between isolated sources and their devices, as it comes from a worker."""

import math
from typing import Any, Protocol, get_args

from collector.isolation.channel import BadMessageError
from collector.plugin.tape import Direction, Tape, TapeEvent

DIRECTIONS = frozenset(get_args(Direction))


class KeptTape(Tape, Protocol):
    """The tape of a source in the collector, which takes what its worker noted as well."""

    @property
    def is_wanted(self) -> bool:
        """Whether anything would be kept that passes now."""
        ...

    def take(self, event: TapeEvent) -> None:
        """Keep what has passed.

        Args:
            event: Its time is on the clock's monotonic scale.
        """
        ...

    def begin_setup(self, *, resumes: bool = False) -> None:
        """Take what follows for a setting up, see `Tape.setting_up`."""
        ...

    def end_setup(self, *, is_done: bool) -> None:
        """Take what follows for what comes after it; without effect if none was begun."""
        ...

    def lose(self) -> None:
        """Learn that something passed that nobody kept."""
        ...


class TakenTapes:
    """Hands on what a worker says of its sources' tapes. Used by one thread at a time."""

    def __init__(self) -> None:
        self._tapes: dict[str, KeptTape] = {}

    def add(self, source: str, tape: KeptTape) -> None:
        """Learn where what passes at a source goes."""
        self._tapes[source] = tape

    def take(self, message: dict[str, Any]) -> bool:
        """Hand on what a message of the worker holds; false if it is about something else.

        Raises:
            BadMessageError: It says nothing that could be understood, or is of no source.
        """
        if "tape" not in message:
            return False
        match message:
            case {"tape": str(name), "event": event} if name in self._tapes:
                self._tapes[name].take(_event_of(event))
            case {"tape": str(name), "setup": "begun" | "resumed" as how} if name in self._tapes:
                self._tapes[name].begin_setup(resumes=how == "resumed")
            case {"tape": str(name), "setup": "done" | "failed" as how} if name in self._tapes:
                self._tapes[name].end_setup(is_done=how == "done")
            case {"tape": str(name), "lost": True} if name in self._tapes:
                self._tapes[name].lose()
            case _:
                raise BadMessageError("no tape")
        return True


def event_data(event: TapeEvent) -> list[Any]:
    """Return an event ready for JSON."""
    return [event.at_s, event.channel, event.direction, event.data.hex()]


def _event_of(data: object) -> TapeEvent:
    match data:
        case [float(at_s), str(channel), str(direction), str(text)] if math.isfinite(at_s):
            pass
        case _:
            raise BadMessageError("no event of a tape")
    if direction not in DIRECTIONS:
        raise BadMessageError("no event of a tape")
    try:
        return TapeEvent(at_s, channel, direction, bytes.fromhex(text))  # type: ignore[arg-type] # it is one, as was just looked
    except ValueError as error:
        raise BadMessageError("no event of a tape") from error
