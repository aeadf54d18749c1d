"""Reads one polled source: each of its groups at its own ticks."""

from collections.abc import Callable, Iterable

from collector.errors import SourceUnavailableError
from collector.ledger import RefusalReason
from collector.plugin.source import Reading
from collector.sampling.bench import Bench
from collector.sampling.border import Failure
from collector.sampling.reading import collect
from collector.sampling.route import Route
from collector.sampling.schedule import Schedule, Tick
from collector.sampling.turn import Turn


class Sampler:
    """Reads one group of a source whenever it is due. Runs in the thread of the source's link.

    A read never overlaps another of the link, but for what it gives way to. Ticks that a read, a
    pause after a failure or a busy link covered are skipped and counted, never caught up.

    Args:
        bench: The source.
        group: The group's name.
        schedule: Its ticks.
        route: Where its readings go.
        give_way: Runs what is more urgent on the link.
    """

    def __init__(
        self,
        bench: Bench,
        group: str,
        schedule: Schedule,
        route: Route,
        give_way: Callable[[], None],
    ) -> None:
        self._give_link_way = give_way
        self._bench = bench
        self._group = group
        self._schedule = schedule
        self._route = route
        self._tick: Tick | None = None
        self._number = -1

    def first(self) -> float:
        """Return when to `run` for the first time: at once, unless ticks stamp the readings."""
        by_tick = self._bench.plan.timestamp == "tick"
        self._tick = self._schedule.after(-1) if by_tick else self._schedule.immediate()
        self._number = self._tick.number - 1
        self._route.expect(self._tick.number)
        return self._start_s(self._tick) if by_tick else self._tick.due_s

    def run(self) -> float:
        """Do what is due, and return when something is due again."""
        if self._tick is not None:
            now_s = self._bench.clock.monotonic_s()
            tick = self._schedule.begin(self._tick, now_s)
            self._arrive_at(tick.number)
            if self._bench.health.retry_at_s <= now_s:
                self._read(tick)
                self._bench.notes.ask()
            else:
                self._bench.health.missed_ticks += 1
        return self._plan_next()

    def _plan_next(self) -> float:
        tick = self._schedule.after(self._number, self._bench.plan.jitter_s)
        retry_at_s = self._bench.health.retry_at_s
        if tick.due_s < retry_at_s:  # the tick after a long pause is not known before its end
            self._tick = None
            self._route.expect(None)
            return retry_at_s
        self._tick = tick
        self._route.expect(tick.number)
        return self._start_s(tick)

    def _arrive_at(self, number: int) -> None:
        self._bench.health.missed_ticks += number - self._number - 1
        self._number = number
        self._route.expect(number)

    def _start_s(self, tick: Tick) -> float:
        jitter_s = self._bench.plan.jitter_s
        return tick.due_s + (self._bench.random.uniform(0, jitter_s) if jitter_s else 0.0)

    def _read(self, tick: Tick) -> None:
        bench = self._bench
        if not bench.device.open():
            return
        began_s = bench.clock.monotonic_s()  # not the tick: waiting for the link is not its fault
        closings = bench.device.closings
        turn = Turn(
            bench.clock, began_s + bench.plan.timeout_s, lambda: self._give_way(turn, closings)
        )
        bench.health.begin(turn)
        answer = bench.border.call("read()", lambda: self._collect(turn))
        end_s = bench.clock.monotonic_s()
        is_late = end_s > turn.at_s
        bench.health.end_read(end_s - began_s, is_late=is_late)
        if isinstance(answer, Failure):
            self._fail(answer, closings)
            return
        self._take(tick, answer, is_late=is_late)
        bench.health.succeeded(tick.due_s)

    def _collect(self, turn: Turn) -> list[Reading]:
        return collect(self._bench.plan.source.read(self._group, turn))

    def _give_way(self, turn: Turn, closings: int) -> None:
        self._give_link_way()
        self._bench.health.begin(turn)  # another group of this source may have been read
        if self._bench.device.closings != closings:
            raise SourceUnavailableError("closed, as another group of it failed meanwhile")

    def _fail(self, failure: Failure, closings: int) -> None:
        if self._bench.device.closings == closings:
            self._bench.device.fail(failure)
        else:  # that failure is accounted for, and this read was only cut short by it
            self._bench.health.missed_ticks += 1

    def _take(self, tick: Tick, readings: Iterable[Reading], *, is_late: bool) -> None:
        intake, end = self._bench.intake, self._bench.clock.now()
        by_tick = self._bench.plan.timestamp == "tick"
        for reading in readings:
            taken = intake.take(reading, end, tick.instant if by_tick else None)
            if taken is None:
                continue
            self._bench.presence.feeds(taken.sensor)
            if (by_tick and is_late) or not self._route.put(tick, taken):
                intake.refuse(taken, RefusalReason.LATE, "they came too late for their tick")
