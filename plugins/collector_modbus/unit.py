"""One unit of a bus as a source sees it: its errors in the collector's words, its pauses minded."""

from collections.abc import Iterator
from contextlib import contextmanager

from collector import Deadline, SourceFaultError, SourceUnavailableError, Tape
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import RETRY_S
from collector_modbus.errors import (
    DeviceError,
    LinkError,
    LinkFaultError,
    NoAnswerError,
    NoTimeError,
)
from collector_modbus.registers.table import Block
from collector_modbus.settings.source import ModbusSettings

_LOOK_AGAIN_S = 5.0
"""How soon to ask the breaker again: the link may have come back to life meanwhile."""

_NEXT_TICK_S = 0.05


class Unit:
    """A unit on a bus, for one source. Used from the link's thread alone.

    Args:
        settings: Which unit on which link.
        bus: The bus of that link.
        tape: Where what passes is noted; None for nowhere.
    """

    def __init__(self, settings: ModbusSettings, bus: Bus, tape: Tape | None = None) -> None:
        self._tape = tape
        self._unit_id = settings.unit_id
        self._link = settings.link
        self._bus = bus
        self._has_joined = False
        self._last_failure = ""

    @property
    def turnaround_s(self) -> float | None:
        """How fast units of the bus answer, as measured; None if that is not known."""
        return self._bus.turnaround.measured_s

    def join(self) -> None:
        """Join the bus, whose link is opened with the first request. May be called twice."""
        if not self._has_joined:
            self._bus.join(self._unit_id)
            self._has_joined = True

    def leave(self) -> None:
        """Leave the bus; the last one closes the link. May be called twice."""
        if self._has_joined:
            self._has_joined = False
            self._bus.leave(self._unit_id)

    def read(self, block: Block, deadline: Deadline) -> bytes:
        """Return the data of a block; see `Bus.read`. To be called within `answering`."""
        return self._bus.read(self._unit_id, block, deadline)

    def notes(self) -> list[str]:
        """Return what an operator should know of its answers."""
        return self._bus.records[self._unit_id].notes()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Ask the unit in a ``with``, if it may be asked now.

        Raises:
            SourceUnavailableError: It is left alone, because it did not answer before; it does not
                answer; it refuses everything; or its link broke.
            SourceFaultError: The link cannot be used before a human acts.
        """
        wait_s = self._bus.breaker.wait_s(self._unit_id)
        if wait_s > 0:
            message = self._last_failure or f"{self._link.key}: unit {self._unit_id} did not answer"
            raise SourceUnavailableError(message, retry_in_s=min(wait_s, _LOOK_AGAIN_S))
        answers = self._bus.records[self._unit_id].answers
        if self._tape is not None:
            self._bus.record(self._tape)
        try:
            yield
        except NoTimeError as error:
            raise SourceUnavailableError(f"{self}: {error}", retry_in_s=_NEXT_TICK_S) from error
        except NoAnswerError as error:
            if not (error.is_cut and self._has_answered_since(answers)):
                self._bus.breaker.failed(self._unit_id, error.cost_s)
            raise self._unanswered(error) from error
        except DeviceError as error:
            self._bus.breaker.answered(self._unit_id)
            raise SourceUnavailableError(f"{self}: {error}", retry_in_s=_NEXT_TICK_S) from error
        except LinkFaultError as error:
            raise SourceFaultError(str(error)) from error
        except LinkError as error:
            self._last_failure = str(error)
            raise SourceUnavailableError(str(error), retry_in_s=RETRY_S) from error
        if self._has_answered_since(answers):
            self._bus.breaker.answered(self._unit_id)

    def __str__(self) -> str:
        return f"{self._link.key} unit {self._unit_id}"

    def _has_answered_since(self, answers: int) -> bool:
        return self._bus.records[self._unit_id].answers > answers

    def _unanswered(self, error: NoAnswerError) -> SourceUnavailableError:
        self._last_failure = f"{self._link.key}: {error}"
        wait_s = min(self._bus.breaker.wait_s(self._unit_id), _LOOK_AGAIN_S)
        return SourceUnavailableError(self._last_failure, retry_in_s=max(wait_s, _NEXT_TICK_S))
