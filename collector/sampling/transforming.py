"""What one source gives becomes what is sent, where its configuration has transforms.

intake ──> Transformer ──> route: at once, or with the others of its tick
               │ held back
               └──time is up──> gate: a reading of its own, with the time of its last value
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from collector.buffering.reading import StampedReading
from collector.clock import Clock, Instant
from collector.ledger import Ledger, RefusalReason
from collector.plugin.source import ListeningSource, Metric
from collector.sampling.catalogue import Catalogue
from collector.sampling.gate import Gate
from collector.sampling.link import LinkWorker
from collector.sampling.plan import SourcePlan
from collector.transforms.pipeline import Outcome, Pipeline
from collector.transforms.step import Parcel, Stamp

log = logging.getLogger(__name__)

Put = Callable[[StampedReading], bool]
"""Hands a reading on; false if it comes too late."""

LISTENING_GRACE_S = 1.0
"""A reading that a listening source emits is here sooner after its stamp."""

_MAX_SHAPES = 64
_ROUNDING_S = 0.05
"""The clocks are read one after the other, and one of them in milliseconds; by so little the same
instant may seem to be earlier, which is no reason for another alarm."""


@dataclass(slots=True)
class _Line:
    """The transforms of one sensor of the source.

    Attributes:
        known: The metrics that were declared, as the source names them.
        sent: Those that leave.
        foreign: Those of them that belong to another source.
        shapes: Ids as tuples, so that readings of equal shape share one.
    """

    pipeline: Pipeline
    known: dict[str, Metric] = field(default_factory=dict)
    sent: list[Metric] = field(default_factory=list)
    foreign: frozenset[str] = frozenset()
    shapes: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)


class Transformer:
    """Runs the transforms of one source. Safe to use from every thread.

    To the intake it is the catalogue: what the source declares is declared as it will be sent, and
    whether a metric belongs to another source shows by what it is sent as.

    Args:
        plan: The source.
        clock: The time.
        catalogue: Gets the metrics that are sent.
        ledger: Gets the counts of what is left out and made.
        gate: Where readings leave that come of no reading at this moment.
        timer: Its thread sends what has been held back long enough.

    Attributes:
        refused: Values that could not be sent, as `Intake.refused`.
    """

    def __init__(
        self,
        *,
        plan: SourcePlan,
        clock: Clock,
        catalogue: Catalogue,
        ledger: Ledger,
        gate: Gate,
        timer: LinkWorker,
    ) -> None:
        self.refused = 0
        self._plan = plan
        self._clock = clock
        self._catalogue = catalogue
        self._ledger = ledger
        self._gate = gate
        self._timer = timer
        is_listening = isinstance(plan.source, ListeningSource)
        self._grace_s = LISTENING_GRACE_S if is_listening else plan.timeout_s
        self._lock = threading.Lock()
        self._lines: dict[str, _Line] = {}
        self._told: set[tuple[int, str]] = set()
        self._wake_s: float | None = None
        self._alarm: object = None
        self._is_finished = False

    # -- what the intake asks -------------------------------------------------------------------

    def declare(self, source: str, sensor: str, metrics: Iterable[Metric]) -> None:
        """See `Catalogue`: takes what the source has, and declares what becomes of it."""
        del source
        with self._lock:
            line = self._lines.setdefault(sensor, _Line(Pipeline(self._plan.transforms)))
            new = {metric.id: metric for metric in metrics if metric.id not in line.known}
            if new:
                line.known |= new
                outcome = line.pipeline.follow(line.known.values())
                line.sent = list(outcome.metrics.values())
                self._tell(outcome, sensor)
                self._claim(sensor, line)

    def owner(self, sensor: str, metric: str) -> str:
        """See `Catalogue`: what the source itself names is its own."""
        del sensor, metric
        return self._plan.name

    # -- readings -------------------------------------------------------------------------------

    def put(self, reading: StampedReading, put: Put) -> None:
        """Take a reading of the source, and hand on what becomes of it; all of it is counted.

        Args:
            reading: As the intake gave it.
            put: Takes what has the time of this reading.
        """
        with self._lock:
            if self._is_finished:
                self._refuse(reading.sensor, RefusalReason.LATE, len(reading.values))
                return
            line = self._lines[reading.sensor]
            holds_back = line.pipeline.holds_back
            stamp = Stamp(
                reading.taken_at,
                self._wall_ms(reading.taken_at) if holds_back else 0,
                reading.timestamp_ms,
            )
            values = dict(zip(reading.metrics, reading.values, strict=True))
            for parcel in line.pipeline.take(values, stamp):
                is_now = parcel.stamp is stamp
                self._send(reading.sensor, line, parcel, put if is_now else self._gate.put)
            self._settle(reading.sensor, line)
            if holds_back:
                self._set_alarm()

    def finish(self) -> None:
        """Hand on what is still held back; what comes later is too late. May be called twice."""
        with self._lock:
            self._is_finished, self._alarm = True, None
            self._flush(None)

    def _flush(self, until_ms: int | None) -> None:
        for sensor, line in self._lines.items():
            for parcel in line.pipeline.flush(until_ms):
                self._send(sensor, line, parcel, self._gate.put)
            self._settle(sensor, line)

    def _wall_ms(self, instant: Instant) -> int:
        return self._clock.wall_ms() - self._clock.now().boottime_ms + instant.boottime_ms

    def _send(self, sensor: str, line: _Line, parcel: Parcel, put: Put) -> None:
        stamp, values = parcel
        if line.foreign:
            self._claim(sensor, line)  # it may have become free
            for name in line.foreign.intersection(values):
                del values[name]
                self._refuse(sensor, RefusalReason.TAKEN, 1)
        if not values:
            return
        metrics = self._shape(line, tuple(values))
        counts = ((self._plan.name, len(metrics)),)
        reading = StampedReading(
            sensor, metrics, tuple(values.values()), stamp.taken_at, counts, stamp.device_ms
        )
        if not put(reading):
            self._refuse(sensor, RefusalReason.LATE, len(metrics))

    def _shape(self, line: _Line, metrics: tuple[str, ...]) -> tuple[str, ...]:
        if len(line.shapes) >= _MAX_SHAPES:
            line.shapes.clear()
        return line.shapes.setdefault(metrics, metrics)

    # -- counts and words -----------------------------------------------------------------------

    def _settle(self, sensor: str, line: _Line) -> None:
        tally = line.pipeline.tally
        for reason, values in tally.filtered.items():
            self._ledger.filter(self._plan.name, sensor, reason, values)
        if tally.made:
            self._ledger.make(self._plan.name, sensor, tally.made)
        tally.clear()

    def _refuse(self, sensor: str, reason: RefusalReason, values: int) -> None:
        self.refused += values
        self._ledger.refuse(self._plan.name, sensor, reason, values)

    def _claim(self, sensor: str, line: _Line) -> None:
        """Declare what is sent, and see what of it belongs to another source."""
        name, before = self._plan.name, line.foreign
        self._catalogue.declare(name, sensor, line.sent)
        owners = {metric.id: self._catalogue.owner(sensor, metric.id) for metric in line.sent}
        line.foreign = frozenset(metric for metric, owner in owners.items() if owner != name)
        for metric in sorted(line.foreign - before):
            log.warning(
                "%s: refused metric %r: source %r gives this metric already (said once)",
                *(name, metric, owners[metric]),
            )

    def _tell(self, outcome: Outcome, sensor: str) -> None:
        """Say once what a transform cannot do; for what is checked with the configuration, again.

        A sensor that is not the configured one has metrics one by one: what is missing may come.
        """
        for index, problem in outcome.problems:
            is_told = (index, problem.key) in self._told
            if is_told or (problem.may_come and sensor != self._plan.sensor):
                continue
            self._told.add((index, problem.key))
            kind = self._plan.transforms[index].type
            hint = "; the source may learn of it" if problem.may_come else ""
            log.warning(
                "%s: transform %d (%s): %s%s (said once)",
                *(self._plan.name, index + 1, kind, problem.message, hint),
            )

    # -- time -----------------------------------------------------------------------------------

    def _set_alarm(self) -> None:
        due_s = self._due_s()
        if due_s is not None and (self._wake_s is None or due_s < self._wake_s - _ROUNDING_S):
            alarm = self._alarm = object()
            self._wake_s = due_s
            self._timer.add(due_s, lambda: self._wake(alarm))

    def _due_s(self) -> float | None:
        """Return when what is held back is to be sent, on the monotonic clock.

        Not as soon as it is due: a reading that is under way may have a say, so that has its time.
        """
        lines = self._lines.values()
        dues = [due for line in lines if (due := line.pipeline.due_ms) is not None]
        if not dues:
            return None
        ahead_s = (min(dues) - self._clock.now().boottime_ms) / 1000
        return self._clock.monotonic_s() + ahead_s + self._grace_s

    def _wake(self, alarm: object) -> float | None:
        with self._lock:
            if alarm is not self._alarm:
                return None
            self._flush(self._clock.now().boottime_ms - round(self._grace_s * 1000))
            self._wake_s = self._due_s()
            return self._wake_s
