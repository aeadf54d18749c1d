"""A chip that is described by a data file."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from types import MappingProxyType
from typing import Any

from collector import Metric
from collector_i2c.chips.chip import Chip, Driver
from collector_i2c.chips.description import Description
from collector_i2c.chips.resolved import Plan, Step, resolve
from collector_i2c.decode.crc import checked_frame, checked_pec, checked_words
from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError
from collector_i2c.steps import Steps, Values

_LOOK_LATER = frozenset({Reason.BUSY, Reason.NOT_READY})

Check = Callable[[bytes, Step, int], bytes]

_CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "": lambda frame, _step, _address: frame,
        "words": lambda frame, _step, _address: checked_words(frame),
        "words-0": lambda frame, _step, _address: checked_words(frame, start=0),
        "frame": lambda frame, _step, _address: checked_frame(frame),
        "pec": lambda frame, step, address: checked_pec(frame, address=address, command=step.write),
    }
)


class DeclaredChip(Chip):
    """Does what a description says."""

    def __init__(self, description: Description, plan: Plan) -> None:
        self._description = description
        self._plan = plan
        self._to_skip = 0

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Chip`."""
        return self._plan.metrics

    @property
    def patience_s(self) -> float:
        """See `Chip`."""
        return self._description.patience_s

    def set_up(self, port: Port) -> Steps[None]:
        """See `Chip`."""
        if self._description.identify_at_start:
            yield from self.identify(port)
        yield from _all(self._plan.set_up, port)
        self._to_skip = self._description.skip_first

    def identify(self, port: Port) -> Steps[None]:
        """Make sure of what it is, by reads alone."""
        yield from _all(self._plan.identify, port)

    def measure(self, port: Port) -> Steps[Values]:
        """See `Chip`."""
        values = yield from _all(self._plan.measure, port)
        if self._to_skip:
            self._to_skip -= 1
            raise RefusedError(Reason.NOT_READY, "it warms up")
        return values


def driver_of(description: Description) -> Driver:
    """Return the driver that a description makes.

    Raises:
        ValueError: The description contradicts itself.
    """
    resolve(description, {})

    def make(options: Mapping[str, Any], wanted: Sequence[str]) -> Chip:
        return DeclaredChip(description, resolve(description, options, wanted))

    return Driver(
        title=description.title,
        addresses=tuple(description.addresses),
        make=make,
        options={name: row.text for name, row in description.option.items()},
        interval_s=description.interval_s,
    )


def _all(steps: Sequence[Step], port: Port) -> Steps[dict[str, bool | int | float]]:
    values: dict[str, bool | int | float] = {}
    payload = b""
    for step in steps:
        if step.only_if is None or step.only_if.holds(payload):
            payload = yield from _answer(step, port)
            values |= _values(step, payload)
    return values


def _answer(step: Step, port: Port) -> Steps[bytes]:
    frame = yield from _first_look(step, port)
    for looks_left in reversed(range(step.row.looks)):
        try:
            return _accepted(step, frame, port.address)
        except RefusedError as refused:
            if refused.reason not in _LOOK_LATER or not looks_left:
                raise
        yield step.look_again_s
        frame = port.read(step.row.read) if step.wait_s else port.ask(step.write, step.row.read)
    return frame


def _first_look(step: Step, port: Port) -> Steps[bytes]:
    if step.row.read and not step.wait_s:
        return port.ask(step.write, step.row.read)
    if step.write:
        port.write(step.write)
    if step.wait_s:
        yield step.wait_s
    return port.read(step.row.read) if step.row.read else b""


def _accepted(step: Step, frame: bytes, address: int) -> bytes:
    if step.row.crc == "frame":  # a chip that is busy may not have made the CRC yet
        _refuse(step, frame)
    payload = _CHECKS[step.row.crc](frame, step, address)
    _refuse(step, payload)
    return payload


def _refuse(step: Step, payload: bytes) -> None:
    for test, reason in step.refusals:
        if test.holds(payload):
            raise RefusedError(reason, f"{step.write.hex()} gave {payload.hex(' ')}")


def _values(step: Step, payload: bytes) -> dict[str, bool | int | float]:
    values = {
        value.row.metric: value.of(payload)
        for value in step.values
        if value.when is None or value.when.holds(payload)
    }
    if not all(map(isfinite, values.values())):
        raise RefusedError(Reason.RANGE_INVALID, f"{payload.hex(' ')} is no number")
    return values
