"""One check of the contract, and what comes of it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from collector.plugin.border import PluginFault, guarded
from collector.testkit.contract.subject import Subject


class BrokenPromiseError(AssertionError):
    """A kind does not keep a promise; the text is one line: what it does, what would be right."""


class LeftOutError(Exception):
    """A check says nothing of this kind; the text says why."""


class Verdict(StrEnum):
    """What comes of a check."""

    OK = "ok"
    FAILED = "failed"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        check: Its name.
        promise: What is promised, in one line.
        verdict: What came of it.
        why: Why it failed or was left out, in one line; else empty.
    """

    check: str
    promise: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise, and the function that holds a kind to it.

    Attributes:
        run: Raises `BrokenPromiseError` if the promise is not kept, `LeftOutError` if it says
            nothing of this kind.
        limit_s: How long it may take; what does not come back by then is left behind.
    """

    run: Callable[[Subject], None]
    limit_s: float = 120.0

    @property
    def name(self) -> str:
        """The function's name, with dashes."""
        return self.run.__name__.replace("_", "-")

    @property
    def promise(self) -> str:
        """The first line of the function's docstring, as a phrase for people."""
        line = (self.run.__doc__ or "").strip().partition("\n")[0]
        return line.replace("``", "").rstrip(".")

    def finding(self, subject: Subject) -> Finding:
        """Return what it finds; whatever is raised by mistake counts as a failure.

        It is run in a thread, so that code which never returns is told like any other fault.
        """
        if subject.is_stuck:
            return self._found(Verdict.LEFT_OUT, "what was called before has not come back")
        found: list[Finding] = []
        thread = threading.Thread(
            target=lambda: found.append(self._judge(subject)), name="check", daemon=True
        )
        thread.start()
        thread.join(self.limit_s)
        if not found:
            subject.is_stuck = True
            limits = "give every blocking call a timeout"
            why = f"it has not come back within {self.limit_s:g} s: {limits}"
            return self._found(Verdict.FAILED, why)
        return found[0]

    def _judge(self, subject: Subject) -> Finding:
        try:
            with guarded("it", LeftOutError, BrokenPromiseError):
                self.run(subject)
        except LeftOutError as reason:
            return self._found(Verdict.LEFT_OUT, str(reason))
        except BrokenPromiseError as broken:
            return self._found(Verdict.FAILED, _in_one_line(broken))
        except PluginFault as fault:
            return self._found(Verdict.FAILED, _in_one_line(fault))
        return self._found(Verdict.OK)

    def _found(self, verdict: Verdict, why: str = "") -> Finding:
        return Finding(self.name, self.promise, verdict, why)


def require(condition: object, otherwise: str) -> None:
    """Break the promise unless this is so.

    Args:
        condition: Anything; its truth counts.
        otherwise: What the kind does and what would be right, in one line.
    """
    if not condition:
        raise BrokenPromiseError(otherwise)


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())
