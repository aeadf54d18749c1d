"""The one guarded border around plugin code: whatever it raises becomes a failure of one source."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from collector.errors import SourceError, SourceFaultError
from collector.sampling.plan import SourcePlan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong in plugin code.

    Attributes:
        message: In one line, with all that its reader needs but the source's name.
        needs_a_human: Trying again soon is pointless.
        error: What was raised.
    """

    message: str
    needs_a_human: bool
    error: BaseException


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
            return function()
        except SourceError as error:
            message = _one_line(str(error)) or type(error).__name__
            return Failure(message, isinstance(error, SourceFaultError), error)
        except BaseException as error:  # noqa: BLE001 - plugin code may raise anything, sys.exit() and cancellations included, and must cost nobody else anything
            return Failure(self._blame(what, error), needs_a_human=False, error=error)

    def _blame(self, what: str, error: BaseException) -> str:
        plan = self._plan
        words = _one_line(f"{type(error).__name__}: {error}").removesuffix(":")
        origin = f"plugin {plan.plugin!r} ({plan.package})" if plan.package else plan.plugin
        return f"{origin} failed in {what}{_place(error)}: {words}"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[1:]
    if not frames:
        return ""
    return f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
