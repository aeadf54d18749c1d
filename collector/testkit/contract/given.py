"""Checks of what a source gives while it reads its simulated device."""

from collections import defaultdict
from collections.abc import Iterable

from collector.clock import Instant
from collector.plugin.source import Metric, Reading
from collector.sampling.values import Refusal, check_of
from collector.testkit.contract.check import BrokenPromiseError, LeftOutError, require
from collector.testkit.contract.declared import faults_of
from collector.testkit.contract.readme import told_in
from collector.testkit.contract.session import Call, Session
from collector.testkit.contract.subject import Subject
from collector.wire.ids import is_sensor_id

MAX_NOTES = 8
MAX_NOTE_LENGTH = 200


def the_simulated_device_gives_values(subject: Subject) -> None:
    """With --simulate the source opens, gives values and closes."""
    if subject.kind.simulate is None:
        raise LeftOutError("it has no simulator")
    session = subject.session
    require(not session.failure, session.failure)
    require(session.given, "its readings hold no value: the simulator should answer at once")


def values_are_what_their_metrics_declare(subject: Subject) -> None:
    """Every value has the type of its metric and can be sent."""
    session = seen(subject)
    metrics = {metric.id: metric for metric in session.metrics}
    wrong = {
        f"{name!r}: {refused.why}"
        for reading in session.readings
        for name, refused in _refused(reading, metrics)
    }
    require(not wrong, "; ".join(sorted(wrong)))


def every_metric_given_is_declared(subject: Subject) -> None:
    """No value comes that ``metrics`` does not list."""
    session = seen(subject)
    more = session.given - {metric.id for metric in session.metrics}
    require(not more, f"it gives {_listed(more)}, which metrics does not list")


def every_metric_declared_is_given_or_told(subject: Subject) -> None:
    """Each metric that ``metrics`` lists has had a value, or stands in the README."""
    session = seen(subject)
    less = {metric.id for metric in session.metrics} - session.given
    told = {name for name in less if told_in(subject.readme, name)}
    require(
        less == told,
        f"{_listed(less - told)} never had a value: do not declare it, have it simulated, or say"
        " in the README's table when it has one",
    )


def metrics_learnt_are_well_formed(subject: Subject) -> None:
    """Metrics that the source learns of are as well formed as the others."""
    faults = [fault for metric in seen(subject).metrics for fault in faults_of(metric)]
    require(not faults, "; ".join(faults))


def metrics_stay_what_they_are(subject: Subject) -> None:
    """A metric keeps its unit, its type and its name for as long as the source is open."""
    session = seen(subject)
    later = {metric.id: metric for metric in session.metrics}
    changed = {each.id for each in session.declared if later.get(each.id, each) != each}
    require(
        not changed,
        f"{_listed(changed)} changes while the source is open: convert to the unit that was"
        " declared, or take another id",
    )


def sensors_have_ids_of_the_contract(subject: Subject) -> None:
    """Sensors that readings name have ids of the contract."""
    named = {reading.sensor for reading in seen(subject).readings if reading.sensor}
    wrong = {name for name in named if not is_sensor_id(name)}
    require(not wrong, f"{_listed(wrong)} is no id: use 1 to 32 letters, digits, '_' or '-'")


def times_do_not_lie(subject: Subject) -> None:
    """``taken_at`` lies within the call that gave it and never goes back."""
    last: dict[str, int] = defaultdict(int)
    for call in seen(subject).calls:
        for reading in call.readings:
            _judge_device_time(reading.device_time_ms)
            if reading.taken_at is not None:
                _judge_time(call, reading, last[reading.sensor])
                last[reading.sensor] = reading.taken_at.boottime_ms


def reads_keep_their_deadline(subject: Subject) -> None:
    """A read is back before its deadline."""
    session = _polled(subject)
    limit_s = subject.source.timeout
    late = [call for call in session.calls if call.took_s > limit_s]
    require(
        not late,
        f"a read took {max([0.0, *(call.took_s for call in late)]):.1f} s of {limit_s:g}: give"
        " every blocking call a timeout from deadline.remaining_s()",
    )


def listening_ends_with_the_stop(subject: Subject) -> None:
    """listen() returns within two seconds of the stop."""
    stop_s = seen(subject).stop_s
    if stop_s is None:
        raise LeftOutError("it is polled")
    require(stop_s < 2, f"it took {stop_s:.1f} s: look at stop at least once a second")  # noqa: PLR2004 - as promised


def notes_are_short(subject: Subject) -> None:
    """Notes are at most 8 lines of 200 characters."""
    notes = seen(subject).notes
    if not isinstance(notes, list | tuple) or not all(type(note) is str for note in notes):
        raise BrokenPromiseError(f"notes is {notes!r}: give a sequence of str")
    require(len(notes) <= MAX_NOTES, f"it has {len(notes)} notes: 8 are shown")
    require(all(len(note) <= MAX_NOTE_LENGTH for note in notes), "a note is above 200 characters")


def closing_twice_does_nothing(subject: Subject) -> None:
    """close() may be called twice."""
    trouble = [text for text in seen(subject).trouble_at_close if text]
    require(not trouble, "; ".join(trouble))


def nothing_is_left_behind(subject: Subject) -> None:
    """After close() and stop() no thread and no file is left."""
    left = seen(subject).left
    require(not left, f"it leaves {_listed(left)}: end it in close(), or in the simulator's stop()")


def seen(subject: Subject) -> Session:
    """Return what was recorded of the subject, if it gave readings."""
    if subject.kind.simulate is None:
        raise LeftOutError("it has no simulator")
    if subject.session.failure or not subject.session.readings:
        raise LeftOutError("its simulated device gave no values")
    return subject.session


def _polled(subject: Subject) -> Session:
    session = seen(subject)
    if session.stop_s is not None:
        raise LeftOutError("it talks by itself")
    return session


def _refused(reading: Reading, metrics: dict[str, Metric]) -> list[tuple[str, Refusal]]:
    judged = [
        (name, check_of(metrics[name])(value))
        for name, value in reading.values.items()
        if name in metrics
    ]
    return [(name, found) for name, found in judged if isinstance(found, Refusal)]


def _judge_time(call: Call, reading: Reading, last_ms: int) -> None:
    taken_at = reading.taken_at
    if taken_at is None:
        return
    ours = "take it from context.clock.now()"
    require(isinstance(taken_at, Instant), f"taken_at is a {type(taken_at).__name__}: {ours}")
    require(taken_at.boot_id == call.ended_at.boot_id, f"taken_at is of another boot: {ours}")
    at_ms = taken_at.boottime_ms
    require(at_ms <= call.ended_at.boottime_ms, f"taken_at lies in the future: {ours}")
    require(at_ms >= call.began_at.boottime_ms, f"taken_at lies before the call: {ours}")
    require(at_ms >= last_ms, "taken_at goes back: give readings in the order they were taken")


def _judge_device_time(given: object) -> None:
    require(
        given is None or type(given) is int,
        f"device_time_ms is a {type(given).__name__}: give whole milliseconds since the epoch",
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
