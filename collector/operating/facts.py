"""What was found on a machine, as plain data: checks judge it, and gathering fills it in."""

from dataclasses import dataclass
from pathlib import Path

from collector.operating.nodes import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFact:
    """A device that sources open.

    Attributes:
        sources: Their names.
        error: Why it could not be opened, a number of errno; 0 when it could.
        missing_modules: Modules of the kernel that it needs and that are not there.
    """

    node: Node
    sources: tuple[str, ...]
    error: int = 0
    missing_modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryFact:
    """The state directory, or that of the spool.

    Attributes:
        title: What it is for.
        exists: It is there; the rest says nothing where it is not.
        owner: The name of its owner.
        mode: Its permission bits.
        closed: What lies in it and cannot be read and written, as when root ran something there.
        spool_bytes: What the spool may take of what is free; None where it lies elsewhere.
        max_bytes: What the spool is to take at most, by the configuration.
    """

    title: str
    path: Path
    exists: bool = False
    is_writable: bool = False
    owner: str = ""
    mode: int = 0
    closed: tuple[Path, ...] = ()
    free_bytes: int = 0
    spool_bytes: int | None = None
    max_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFact:
    """Who we are at the agent.

    Attributes:
        error: Why it cannot be used, with what to do; empty when it can, or is not there.
        not_after_ms: Until when it is valid; None where there is none.
        may_enrol: A run gets one by itself.
    """

    error: str = ""
    not_after_ms: int | None = None
    may_enrol: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PortFact:
    """One port of the agent.

    Attributes:
        title: What it is for.
        error: Why there was no handshake, with what to do; empty when there was one.
        not_after_ms: Until when its certificate is valid; None if that is not known.
    """

    title: str
    place: str
    error: str = ""
    not_after_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFact:
    """The status page, where the configuration wants one.

    Attributes:
        place: The address and the port that it listens on.
        error: Why it cannot listen there, a number of errno; 0 when it can.
        is_running: The collector of this configuration runs, so the port may be its own.
        token_error: Why its token cannot be had; empty when it can, or none is wanted.
    """

    place: str
    error: int = 0
    is_running: bool = False
    token_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFact:
    """The running collector.

    Attributes:
        start: The command that starts it.
        is_running: One answers for this configuration.
        alarms: What it says is not well, one line each.
        error: Why it did not answer although it listens.
    """

    start: str
    is_running: bool = False
    alarms: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFact:
    """One source.

    Attributes:
        problem: Why it cannot be made, in its worker where it has one; empty when it can.
    """

    name: str
    plugin: str
    isolation: str
    problem: str = ""
