"""Sampling as a whole: what the service starts, asks and stops."""

import logging
import math
from collections.abc import Sequence
from random import Random

from collector.clock import Clock, Deadline
from collector.ledger import Ledger
from collector.plugin.source import ListeningSource
from collector.sampling.bench import Bench
from collector.sampling.border import Border
from collector.sampling.catalogue import Catalogue, OnMetrics
from collector.sampling.device import Device
from collector.sampling.health import Health
from collector.sampling.intake import Intake
from collector.sampling.link import LinkWorker
from collector.sampling.links import Links
from collector.sampling.listening import Stop
from collector.sampling.notes import Notes
from collector.sampling.outlet import Accept, Outlet
from collector.sampling.placing import place
from collector.sampling.plan import SourcePlan
from collector.sampling.presence import LEAST_PAUSE_S, OnSensorState, Presence
from collector.status import LastValue, LinkStatus, SourceStatus

log = logging.getLogger(__name__)

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
        self._presence = Presence(on_sensor_state, self._look_at)
        self._catalogue = Catalogue(on_metrics)
        self._outlet = Outlet(clock, ledger, self._catalogue, accept)
        self._stop_signal = Stop(clock)
        self._benches = [self._bench(plan) for plan in plans]
        self._links: Links | None = None
        self._link_of: dict[str, str] = {}

    def start(self) -> None:
        """Ask the sources for their metrics, links and groups, and start reading. Once."""
        places = [found for bench in self._benches if (found := place(bench)) is not None]
        self._link_of = {found.bench.plan.name: found.link for found in places}
        for found in places:
            found.bench.intake.learn()
            found.bench.presence.set_interval(found.shortest_interval_s or _NOMINAL_INTERVAL_S)
        self._links = Links(
            places,
            clock=self._clock,
            outlet=self._outlet,
            timer=self._timer,
            stop=self._stop_signal,
        )
        self._timer.add(self._clock.monotonic_s() + LEAST_PAUSE_S, self._check_presence)
        for worker in (self._timer, *self._links.workers):
            worker.start()

    def stop(self, deadline: Deadline) -> None:
        """Stop reading, close the sources, and hand on what is still held.

        A source that does not come back in time is left behind: what it gives later is refused.
        May be called twice, and without `start`.
        """
        workers = self._links.workers if self._links else []
        self._stop_signal.set()
        for worker in workers:
            worker.ask_to_stop()
        for worker in workers:
            if not worker.stop(deadline):
                busy_with = worker.status().busy_with
                log.warning("%s: does not come back, it is left behind", busy_with or worker.key)
        for shared in self._links.shared.values() if self._links else ():
            shared.flush()
        self._outlet.close()
        self._timer.stop(deadline)

    def sources(self) -> list[SourceStatus]:
        """Return how each source is, in the order of the plans. From any thread."""
        return [
            bench.health.status(
                self._link_of.get(bench.plan.name, ""), bench.intake.refused, bench.notes.kept
            )
            for bench in self._benches
        ]

    def links(self) -> list[LinkStatus]:
        """Return how each link is, by its key. From any thread."""
        return [worker.status() for worker in self._links.workers] if self._links else []

    def last_values(self) -> list[LastValue]:
        """Return the newest accepted value of every metric, by sensor. From any thread."""
        return self._outlet.last_values()

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
        border = Border(plan)
        health = Health(plan, self._clock, presence, self._random)
        return Bench(
            plan=plan,
            clock=self._clock,
            border=border,
            health=health,
            device=Device(plan, self._clock, border, health),
            intake=Intake(plan, border, self._catalogue, self._ledger),
            notes=Notes(plan, border),
            presence=presence,
            outlet=self._outlet,
            random=self._random,
        )
