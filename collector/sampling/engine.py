"""Sampling as a whole: what the service starts, asks and stops."""

import math
import threading
from collections.abc import Callable, Collection, Sequence
from random import Random

from collector.clock import Clock, Deadline
from collector.ledger import Ledger
from collector.plugin.source import ListeningSource
from collector.sampling.bench import Bench
from collector.sampling.border import Border
from collector.sampling.catalogue import Catalogue, OnMetrics
from collector.sampling.device import Device
from collector.sampling.gate import Gate
from collector.sampling.health import Health
from collector.sampling.intake import Intake
from collector.sampling.lateness import Lateness, over_all
from collector.sampling.link import LinkWorker
from collector.sampling.links import Links, stop
from collector.sampling.notes import Notes
from collector.sampling.outlet import Accept, Outlet
from collector.sampling.placing import Place, place
from collector.sampling.plan import SourcePlan
from collector.sampling.presence import LEAST_PAUSE_S, OnSensorState, Presence
from collector.sampling.stop import Stop
from collector.sampling.transforming import Transformer
from collector.status import LastValue, LinkStatus, SourceStatus

_NOMINAL_INTERVAL_S = 10.0
"""Of sources without one: three of these failing, and their sensor is offline."""


class Sampling:
    """Reads all sources, each link in a thread of its own.

    Args:
        plans: The sources, made and not opened.
        clock: The time.
        ledger: Gets the counts of values.
        accept: Gets every reading, counted as accepted; called from the links' threads, one call
            at a time.
        on_sensor_state: Told a sensor and whether it is online: when that is first known, and at
            every change. Called from any thread of sampling, one call at a time.
        on_metrics: Told a sensor and all its metrics: at the start, and when it has more. Called
            from any thread of sampling, one call at a time.
        random: Where jitter and pauses are drawn from.

    Attributes:
        pulse: Whether its timer goes on, which no source can hold up.
    """

    def __init__(  # noqa: PLR0913 - each is named where it is called
        self,
        plans: Sequence[SourcePlan],
        *,
        clock: Clock,
        ledger: Ledger,
        accept: Accept,
        on_sensor_state: OnSensorState,
        on_metrics: OnMetrics,
        random: Random,
    ) -> None:
        self._clock = clock
        self._ledger = ledger
        self._random = random
        self._timer = LinkWorker("timer", clock)
        self.pulse = self._timer.pulse
        self._presence = Presence(on_sensor_state, self._look_at)
        self._catalogue = Catalogue(on_metrics)
        self._outlet = Outlet(clock, ledger, self._catalogue, accept)
        self._links = Links(clock=clock, outlet=self._outlet, timer=self._timer)
        self._benches = [self._bench(plan) for plan in plans]
        self._link_of: dict[str, str] = {}
        self._changing = threading.Lock()
        self._is_stopped = False
        self._watch: object = None

    def start(self) -> None:
        """Ask the sources for their metrics, links and groups, and start reading. Once."""
        self._put_to_work(self._places(self._benches))
        self._timer.start()

    def change(
        self,
        leaving: Collection[str],
        make: Callable[[], Sequence[SourcePlan]],
        deadline: Deadline,
    ) -> None:
        """Let some sources leave and others come, while all the rest go on untouched.

        By one thread at a time. Sources that share a sensor by tick leave and come together.

        Args:
            leaving: The names of those that leave. They are closed; what they gave is handed on.
            make: Called when they are closed; returns those that come, with names that are free
                then. One that has the name of one that left takes its place.
            deadline: How long to wait for reads under way. A source that does not come back is left
                behind: what it gives later is refused.
        """
        left = [bench for bench in self._benches if bench.plan.name in leaving]
        self._links.remove(leaving, deadline)
        for bench in left:
            bench.finish()
        self._catalogue.keep({each.plan.name for each in self._benches if each not in left})
        self._outlet.forget(leaving)
        come = [self._bench(plan) for plan in make()]
        places = self._places(come)
        with self._changing:
            if self._is_stopped:
                return
            self._benches = [*(each for each in self._benches if each not in left), *come]
            self._put_to_work(places)
        self._hand_over(left, come)

    def stop(self, deadline: Deadline) -> None:
        """Stop reading, close the sources, and hand on what is still held.

        A source that does not come back in time is left behind: what it gives later is refused.
        May be called twice, and without `start`.
        """
        with self._changing:
            self._is_stopped = True
        for bench in self._benches:
            bench.stop.set()
        stop(self._links.workers, deadline)
        for shared in [*self._links.shared.values()]:
            shared.close()
        for bench in self._benches:
            bench.finish()
        self._outlet.close()
        self._timer.stop(deadline)

    def sources(self) -> list[SourceStatus]:
        """Return how each source is, in the order of the plans. From any thread."""
        return [
            bench.health.status(
                self._link_of.get(bench.plan.name, ""), bench.refused, bench.notes.kept
            )
            for bench in self._benches
        ]

    def links(self) -> list[LinkStatus]:
        """Return how each link is, by its key. From any thread."""
        return [worker.status() for worker in self._links.workers]

    def take_lateness(self) -> Lateness:
        """Return how late ticks began since the last call. For one asker, from any thread."""
        return over_all(worker.take_latenesses() for worker in self._links.workers)

    def last_values(self) -> list[LastValue]:
        """Return the newest accepted value of every metric, by sensor. From any thread."""
        return self._outlet.last_values()

    def _places(self, benches: Sequence[Bench]) -> list[Place]:
        places = [found for bench in benches if (found := place(bench)) is not None]
        for found in places:
            found.bench.intake.learn()
            found.bench.presence.set_interval(found.shortest_interval_s or _NOMINAL_INTERVAL_S)
        return places

    def _put_to_work(self, places: Sequence[Place]) -> None:
        self._link_of = self._link_of | {found.bench.plan.name: found.link for found in places}
        for worker in self._links.add(places):
            worker.start()
        self._watch_presence()

    def _hand_over(self, left: Sequence[Bench], come: Sequence[Bench]) -> None:
        """Forget sources that are gone, once it is known what feeds their sensors now."""
        successors = {bench.plan.name: bench for bench in come}
        for bench in left:
            successor = successors.get(bench.plan.name)
            if successor is not None:
                successor.presence.succeeds(bench.presence, bench.plan.sensor)
        for bench in left:
            self._presence.remove(bench.presence)

    def _watch_presence(self) -> None:
        """Look at all sources as soon as the first may be silent; earlier looks come to an end."""
        watch = self._watch = object()

        def look() -> float | None:
            return self._check_presence() if self._watch is watch else None

        self._timer.add(self._clock.monotonic_s() + LEAST_PAUSE_S, look)

    def _check_presence(self) -> float:
        return self._presence.check(self._clock.monotonic_s())

    def _look_at(self, at_s: float) -> None:
        def look() -> None:
            self._check_presence()

        self._timer.add(at_s, look)

    def _bench(self, plan: SourcePlan) -> Bench:
        may_be_silent = isinstance(plan.source, ListeningSource) and not plan.interval_s
        presence = self._presence.add(
            plan.sensor,
            interval_s=plan.interval_s or _NOMINAL_INTERVAL_S,
            timeout_s=math.inf if may_be_silent else plan.timeout_s,
            now_s=self._clock.monotonic_s(),
        )
        border, gate = Border(plan), Gate(self._outlet)
        transformer = self._transformer(plan, gate) if plan.transforms else None
        health = Health(plan, self._clock, presence, self._random)
        return Bench(
            plan=plan,
            clock=self._clock,
            border=border,
            health=health,
            device=Device(plan, self._clock, border, health),
            intake=Intake(plan, border, transformer or self._catalogue, self._ledger),
            notes=Notes(plan, border),
            presence=presence,
            gate=gate,
            transformer=transformer,
            stop=Stop(self._clock),
            random=self._random,
        )

    def _transformer(self, plan: SourcePlan, gate: Gate) -> Transformer:
        return Transformer(
            plan=plan,
            clock=self._clock,
            catalogue=self._catalogue,
            ledger=self._ledger,
            gate=gate,
            timer=self._timer,
        )
