"""The one place where values enter: each is checked, and what is refused is counted with a reason.

Sources give the same metrics again and again, so what follows from the ids alone is worked out once
per shape (the tuple of ids). A reading of doubles in a known shape then costs three passes in C.
"""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from collector.buffering.reading import StampedReading
from collector.clock import Instant
from collector.ledger import Ledger, RefusalReason
from collector.plugin.declared import BAD_ID_HINT, declared
from collector.plugin.source import Metric, Reading
from collector.sampling.border import Border, Failure
from collector.sampling.catalogue import Declarations
from collector.sampling.plan import SourcePlan
from collector.sampling.values import Check, Refusal, as_double, check_of
from collector.wire.ids import is_metric_id, is_sensor_id
from collector.wire.units import MAX_EXACT_INTEGER, MetricValue

log = logging.getLogger(__name__)

_MAX_SENSORS = 256
_MAX_SHAPES = 64
_MAX_WARNINGS = 200
_SHOWN_CHARACTERS = 48
_MAX_DEVICE_TIME_MS = 253_402_300_800_000
"""The year 10000: a telegram's time beyond it is a mistake in decoding it."""
_AHEAD_MS = 1000
"""A stamp is of the clock that was handed out, so it is never of another boot, nor of the future,
but for rounding."""

Stamps = tuple[Instant, int | None]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What follows from the ids of a reading.

    Attributes:
        metrics: The ids that may enter.
        columns: The place of each in the reading, and its check.
        refused: The ids that may not, and why.
        is_plain: All may enter, and all are doubles.
        is_final: Nothing in it can change later.
    """

    metrics: tuple[str, ...]
    columns: tuple[tuple[int, Check], ...]
    refused: tuple[tuple[object, Refusal], ...]
    is_plain: bool
    is_final: bool


class Intake:
    """Checks what one source gives. Used by one thread at a time.

    Args:
        plan: The source.
        border: Guards its code.
        catalogue: Gets the metrics that it declares.
        ledger: Gets the counts of what is refused.
    """

    def __init__(
        self, plan: SourcePlan, border: Border, catalogue: Declarations, ledger: Ledger
    ) -> None:
        self.refused = 0
        self._plan = plan
        self._border = border
        self._catalogue = catalogue
        self._ledger = ledger
        self._declared: dict[str, Metric] = {}
        self._shapes: dict[str, dict[tuple[object, ...], _Shape]] = {}
        self._warned: set[tuple[object, RefusalReason | None]] = set()

    def learn(self) -> None:
        """Ask the source which metrics it has, and tell the catalogue."""
        answer = self._border.call("metrics", lambda: declared(self._plan.source.metrics))
        if isinstance(answer, Failure):
            self._warn("metrics", None, f"its metrics are not known: {answer.message}")
            return
        for fault in answer.faults:
            self._warn(fault, None, fault)
        # What is known already keeps its type and unit: transforms and the agent hold to these.
        self._declared = answer.usable | {
            name: metric for name, metric in self._declared.items() if name in answer.usable
        }
        self._catalogue.declare(self._plan.name, self._plan.sensor, self._declared.values())

    def take(
        self, reading: Reading, end: Instant, tick: Instant | None = None
    ) -> StampedReading | None:
        """Check and stamp one reading.

        Args:
            reading: What the source gave.
            end: When the read, or the frame, ended.
            tick: The scheduled instant, for sources that are stamped with it.

        Returns:
            What may enter, neither counted as accepted yet nor handed on; None if nothing may.
        """
        sensor = reading.sensor or self._plan.sensor
        if sensor not in self._shapes and not self._may_add(sensor):
            self._refuse_sensor(reading)
            return None
        shape = self._shape(sensor, reading.values)
        values = list(reading.values.values())
        metrics = shape.metrics
        if (
            shape.is_plain and set(map(type, values)) == {float} and math.isfinite(sum(values))  # type: ignore[arg-type]
        ):
            kept: Sequence[MetricValue] = values
        else:
            metrics, kept = self._checked(sensor, shape, values)
        if not kept:
            return None
        taken_at, device_ms = self._stamps(reading, end, tick)
        counts = ((self._plan.name, len(kept)),)
        return StampedReading(sensor, metrics, tuple(kept), taken_at, counts, device_ms)

    def refuse(self, reading: StampedReading, reason: RefusalReason, why: str) -> None:
        """Refuse a reading that was taken, as a whole."""
        self._count(reading.sensor, reason, len(reading.values))
        self._warn(reading.sensor, reason, f"{len(reading.values)} values: {why}")

    def _checked(
        self, sensor: str, shape: _Shape, values: Sequence[object]
    ) -> tuple[tuple[str, ...], list[MetricValue]]:
        for name, refusal in shape.refused:
            self._refuse(sensor, name, refusal)
        metrics: list[str] = []
        kept: list[MetricValue] = []
        for metric, (place, check) in zip(shape.metrics, shape.columns, strict=True):
            value = check(values[place])
            if isinstance(value, Refusal):
                self._refuse(sensor, metric, value)
            else:
                metrics.append(metric)
                kept.append(value)
        return shape.metrics if len(kept) == len(shape.metrics) else tuple(metrics), kept

    def _shape(self, sensor: str, values: Mapping[str, object]) -> _Shape:
        shapes = self._shapes.setdefault(sensor, {})  # its keys are the sensors known so far
        ids = tuple(values)
        shape = shapes.get(ids)
        if shape is None:
            if not all(name in self._declared for name in ids):
                self.learn()
            shape = self._resolve(sensor, ids)
            if shape.is_final:
                if len(shapes) >= _MAX_SHAPES:
                    shapes.clear()
                shapes[ids] = shape
        return shape

    def _resolve(self, sensor: str, ids: Sequence[object]) -> _Shape:
        verdicts = [self._verdict(sensor, name) for name in ids]
        taken = [
            (verdict.id, (place, check_of(verdict)))
            for place, verdict in enumerate(verdicts)
            if isinstance(verdict, Metric)
        ]
        refused = tuple(
            (name, verdict)
            for name, verdict in zip(ids, verdicts, strict=True)
            if isinstance(verdict, Refusal)
        )
        columns = tuple(column for _, column in taken)
        return _Shape(
            metrics=tuple(name for name, _ in taken),
            columns=columns,
            refused=refused,
            is_plain=bool(columns) and not refused and all(c is as_double for _, c in columns),
            is_final=all(
                refusal is not _UNDECLARED and refusal.reason is not RefusalReason.TAKEN
                for _, refusal in refused
            ),
        )

    def _verdict(self, sensor: str, name: object) -> Metric | Refusal:
        if type(name) is not str or not is_metric_id(name):
            return _BAD_ID
        metric = self._declared.get(name)
        if metric is None:
            return _UNDECLARED
        self._catalogue.declare(self._plan.name, sensor, [metric])
        owner = self._catalogue.owner(sensor, name)
        if owner != self._plan.name:
            return Refusal(RefusalReason.TAKEN, f"source {owner!r} gives this metric already")
        return metric

    def _stamps(self, reading: Reading, end: Instant, tick: Instant | None) -> Stamps:
        if tick is not None:
            return tick, None
        taken_at = reading.taken_at if _is_sound(reading.taken_at, end) else end
        if self._plan.timestamp != "device":
            return taken_at, None
        device_ms = reading.device_time_ms
        if type(device_ms) is int and 0 < device_ms < _MAX_DEVICE_TIME_MS:
            return taken_at, device_ms
        self._warn("", None, "gives no time of the device; the time of reading stands in for it")
        return taken_at, None

    def _may_add(self, sensor: object) -> bool:
        return type(sensor) is str and is_sensor_id(sensor) and len(self._shapes) < _MAX_SENSORS

    def _refuse_sensor(self, reading: Reading) -> None:
        if reading.values:
            self._count(self._plan.sensor, RefusalReason.BAD_ID, len(reading.values))
            why = f"{_BAD_ID.why}, no word of the agent's topics, {_MAX_SENSORS} sensors at most"
            message = f"refused readings of sensor {_short(reading.sensor)}: {why}"
            self._warn(str(reading.sensor), RefusalReason.BAD_ID, message)

    def _refuse(self, sensor: str, name: object, refusal: Refusal) -> None:
        self._count(sensor, refusal.reason, 1)
        self._warn(name, refusal.reason, f"refused metric {_short(name)}: {refusal.why}")

    def _count(self, sensor: str, reason: RefusalReason, values: int) -> None:
        self.refused += values
        self._ledger.refuse(self._plan.name, sensor, reason, values)

    def _warn(self, subject: object, reason: RefusalReason | None, message: str) -> None:
        if (subject, reason) not in self._warned and len(self._warned) < _MAX_WARNINGS:
            self._warned.add((subject, reason))
            log.warning("%s: %s (said once; status counts)", self._plan.name, message)


_BAD_ID = Refusal(RefusalReason.BAD_ID, BAD_ID_HINT)
_UNDECLARED = Refusal(RefusalReason.UNDECLARED, "it is not among the metrics of the source")


def _is_sound(taken_at: object, end: Instant) -> TypeGuard[Instant]:
    """Tell whether this is a stamp that everything behind can compute with, and write down."""
    if type(taken_at) is not Instant:
        return False
    boottime_ms: object = taken_at.boottime_ms
    is_of_boot = type(taken_at.boot_id) is str and taken_at.boot_id == end.boot_id
    is_time = type(boottime_ms) is int and abs(boottime_ms) <= MAX_EXACT_INTEGER
    return is_of_boot and is_time and taken_at.boottime_ms <= end.boottime_ms + _AHEAD_MS


def _short(name: object) -> str:
    text = name if type(name) is str else repr(name)
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "...")
