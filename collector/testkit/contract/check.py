"""One check of the contract, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from collector.plugin.border import in_words
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
    """

    run: Callable[[Subject], None]

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
        """Return what it finds; whatever is raised by mistake counts as a failure."""
        try:
            self.run(subject)
        except LeftOutError as reason:
            return Finding(self.name, self.promise, Verdict.LEFT_OUT, str(reason))
        except BrokenPromiseError as broken:
            return Finding(self.name, self.promise, Verdict.FAILED, _in_one_line(broken))
        except Exception as error:  # noqa: BLE001 - plugin code may raise anything, and the table goes on
            return Finding(self.name, self.promise, Verdict.FAILED, in_words(error))
        return Finding(self.name, self.promise, Verdict.OK)


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
