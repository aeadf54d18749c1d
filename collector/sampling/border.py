"""What a source raises, through the guarded border, becomes a failure of that source alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from collector.errors import SourceError, SourceFaultError, SourceUnavailableError
from collector.plugin.border import PluginFault, guarded, text_of
from collector.sampling.plan import SourcePlan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong in plugin code.

    Attributes:
        message: In one line, with all that its reader needs but the source's name.
        needs_a_human: Trying again soon is pointless.
        error: What was raised.
        retry_in_s: When the source wants to be tried again, in seconds, as it said it; None if it
            said nothing.
    """

    message: str
    needs_a_human: bool
    error: BaseException
    retry_in_s: float | None = None


class Border:
    """Calls the code of one source.

    Args:
        plan: Whose code; named in the messages.
    """

    def __init__(self, plan: SourcePlan) -> None:
        self._plan = plan

    def call(self, what: str, function: Callable[[], T]) -> T | Failure:
        """Call plugin code, and return what it returned.

        Args:
            what: What is being done, for the message: ``"read()"``.
            function: Calls it, and consumes what it returns if that is lazy.
        """
        try:
            with guarded(what, SourceError, PluginFault):  # the latter from a source's own process
                return function()
        except SourceError as error:
            return _failure(error)
        except PluginFault as fault:
            return Failure(f"{self._origin}: {fault}", needs_a_human=False, error=fault)

    @property
    def _origin(self) -> str:
        plan = self._plan
        return f"plugin {plan.plugin!r} ({plan.package})" if plan.package else plan.plugin


def _failure(error: SourceError) -> Failure:
    message = " ".join(text_of(error).split()) or type(error).__name__
    retry_in_s = error.retry_in_s if isinstance(error, SourceUnavailableError) else None
    return Failure(message, isinstance(error, SourceFaultError), error, retry_in_s)
