"""A source: the object that reads one configured thing, and what it gives and gets."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from collector.clock import Clock, Deadline, Instant
from collector.plugin.cost import ReadCost
from collector.plugin.resources import Resources
from collector.plugin.tape import NO_TAPE, Tape
from collector.wire.units import SYMBOLS, MetricValue, ValueType, ValueUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric that a source can give: what its values are called and mean.

    Either ``unit`` is one of the predefined units, then values are numbers in exactly that unit; or
    ``type`` says what values are, and ``annotation`` tells people the unit.

    Attributes:
        id: 1 to 32 letters, digits, spaces, ``_`` or ``-``; unique within its sensor.
        name: What people read; the id when empty.
        unit: A predefined unit of the agent; the values are then doubles.
        type: Of metrics without ``unit``: double, integer, bool or string.
        annotation: Of metrics without ``unit``: free text, usually a unit such as ``"rpm"``.
    """

    id: str
    name: str = ""
    unit: ValueUnit | None = None
    type: ValueType = ValueType.DOUBLE
    annotation: str = ""

    @property
    def title(self) -> str:
        """What people read: the name, or the id where there is none."""
        return self.name or self.id

    @property
    def unit_text(self) -> str:
        """What people read as its unit; empty when it has none."""
        return self.annotation or (SYMBOLS[self.unit] if self.unit else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one sensor showed at one instant. One reading becomes one push to the agent.

    Attributes:
        values: Metric id to value. Every id stands in the source's ``metrics``. A metric that
            has no value now is left out; there is no null, and never a made-up number.
        sensor: The sensor it belongs to; empty for the ``sensor`` of the configuration, which is
            right for nearly all sources.
        taken_at: When it was taken, if the source knows better than the core, which otherwise
            stamps the end of ``read`` or the moment of ``emit``. From ``context.clock.now()``.
        device_time_ms: The time that the telegram itself carries, milliseconds since the epoch;
            used only where the user asks for ``timestamp = "device"``.
    """

    values: Mapping[str, MetricValue]
    sensor: str = ""
    taken_at: Instant | None = None
    device_time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a source that is read at once and on its own schedule.

    Attributes:
        name: Handed to ``read``; shown in status.
        interval_s: Seconds between its ticks; None for the interval of the configuration.
    """

    name: str = ""
    interval_s: float | None = None


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source may know of its surroundings. Picklable.

    Attributes:
        name: The source's name, unique in this configuration.
        sensor: The configured sensor id.
        interval_s: The configured interval in seconds; 0 for a source that has none.
        clock: The only way to learn the time.
        tape: Where to note what passes between source and device; see `collector record`.
    """

    name: str
    sensor: str
    interval_s: float
    clock: Clock
    tape: Tape = NO_TAPE

    @property
    def log(self) -> logging.Logger:
        """The source's logger. What is raised is logged by the core; do not log it as well."""
        return logging.getLogger(f"collector.source.{self.name}")


class StopSignal(Protocol):
    """Tells a listening source to come to an end."""

    def is_set(self) -> bool:
        """Tell whether it is time to return."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep until told to stop or for so many seconds; true when told to stop."""
        ...


class Source(ABC):
    """One configured instance of a kind, polled on a schedule.

    The core calls ``open``, then ``read`` at every tick, then ``close``, all from one thread (that
    of the link), never two at a time. After any exception it calls ``close`` and, after a pause,
    ``open`` again. Making the object does no I/O. ``close`` may be called twice, and after a failed
    ``open``. Everything that can block gets a timeout from the deadline.
    """

    @property
    @abstractmethod
    def metrics(self) -> Sequence[Metric]:
        """All metrics that the source can give, as far as it knows now.

        Asked after the object is made, and again whenever a reading holds an id that was not among
        them, so a source may learn of metrics while it runs (a disk that was plugged in).
        """

    @property
    def may_learn_metrics(self) -> bool:
        """Whether ``metrics`` may grow after the object was made; by default not.

        Asked when a configuration is checked: a transform of a metric that is not among those known
        then is a mistake, or, where the source may still learn of it, only doubtful.
        """
        return False

    @property
    def link(self) -> str:
        """What can do one transaction at a time: a serial port, a bus, an address.

        Sources with equal keys share one worker and take turns, across plugins. Empty, the default:
        this source shares nothing and has a worker of its own.
        """
        return ""

    @property
    def groups(self) -> Sequence[Group]:
        """The groups with schedules of their own; by default one, at the configured interval."""
        return (Group(),)

    @property
    def notes(self) -> Sequence[str]:
        """What an operator should know although values come; by default nothing.

        For what is neither a failure nor a value: ``"answers late: raise response_timeout"``. Shown
        by ``collector status`` under the source for as long as it stands here. Asked after each
        read, each failure and each reading that is emitted, by the thread that did that, so it
        should only hand out what is known: no I/O, no waiting.

        Returns:
            The notes, most important first. The first 8 count, each as one line of at most 200
            characters.
        """
        return ()

    @property
    def resources(self) -> Resources | None:
        """What it touches of the machine: devices, hosts, files; by default that is not told.

        Follows from the settings alone: no I/O. Asked of a source that is not open, by `collector
        systemd-unit`, which allows the service exactly that, and by `collector doctor`, which looks
        whether it can be had. A source that touches nothing special says so: ``Resources()``.

        Returns:
            All of it; None leaves it to people to find out.
        """
        return None

    def cost(self, group: str) -> ReadCost | None:
        """Compute what one read of a group costs; by default that is not known.

        For `collector explain`, and for `collector check`, which refuses what cannot work. Asked
        before the source is opened, for each of ``groups``: no I/O, no waiting. A source that talks
        by itself is not asked.
        """
        del group
        return None

    def open(self) -> None:  # noqa: B027 - nothing to open is a fair default
        """Take hold of the device. May block up to the source's own timeout.

        Raises:
            SourceUnavailableError: The device is not there; tried again, with growing pauses.
            SourceFaultError: A human has to act first (permission, wrong device).
        """

    @abstractmethod
    def read(self, group: str, deadline: Deadline) -> Iterable[Reading]:
        """Read every metric of one group once.

        Args:
            group: The name of one of ``groups``.
            deadline: When to be back. A later return counts as an overrun, and the ticks that it
                covered are skipped.

        Returns:
            What answered, in the order it was read: usually one reading.

        Raises:
            SourceUnavailableError: Nothing answered. The first failure and the recovery are logged.
            SourceFaultError: A human has to act first.
        """

    def close(self) -> None:  # noqa: B027 - nothing to close is a fair default
        """Let go of the device. Must not raise for a device that is gone."""


class ListeningSource(Source):
    """A source that talks by itself, such as an instrument that sends a line a second."""

    @abstractmethod
    def listen(self, emit: Callable[[Reading], None], stop: StopSignal) -> None:
        """Wait for readings and hand each to ``emit`` as soon as it is complete.

        Runs in the link's thread between ``open`` and ``close``, which it holds until it returns.
        Look at ``stop`` at least once a second and return when it is set.

        Raises:
            SourceUnavailableError: The device is gone; ``close`` follows and later ``open``.
            SourceFaultError: A human has to act first.
        """

    def read(self, group: str, deadline: Deadline) -> Iterable[Reading]:
        """Not used: a listening source is never polled."""
        del group, deadline
        return ()
