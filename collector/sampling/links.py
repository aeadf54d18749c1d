"""Puts sources to work: their schedules, their links, and the sensors that they share."""

import logging
from collections import defaultdict
from collections.abc import Sequence

from collector.clock import Clock
from collector.plugin.source import ListeningSource
from collector.sampling.bench import Bench
from collector.sampling.grouping import SharedSensor
from collector.sampling.link import LinkWorker
from collector.sampling.listening import Listener, Stop
from collector.sampling.outlet import Outlet
from collector.sampling.placing import Place, Timing
from collector.sampling.route import DirectRoute, Route
from collector.sampling.sampler import Sampler
from collector.sampling.schedule import Schedule

log = logging.getLogger(__name__)

_Shared = tuple[str, Schedule]


class Links:
    """All links and what they work on.

    Args:
        places: The sources.
        clock: The time.
        outlet: Where readings leave.
        timer: A worker for what is due apart from any link.
        stop: Told to sources that listen.
    """

    def __init__(
        self,
        places: Sequence[Place],
        *,
        clock: Clock,
        outlet: Outlet,
        timer: LinkWorker,
        stop: Stop,
    ) -> None:
        self._clock = clock
        self._outlet = outlet
        self._timer = timer
        self._stop = stop
        self._schedules: dict[tuple[float, float, bool], Schedule] = {}
        self.shared = self._share(places)
        self.workers = self._make_workers(places)

    def _make_workers(self, places: Sequence[Place]) -> list[LinkWorker]:
        on_link: defaultdict[tuple[bool, str], list[Place]] = defaultdict(list)
        for place in places:
            on_link[place.is_shared, place.link].append(place)
        workers = []
        for (_, key), sharing in sorted(on_link.items(), key=lambda item: item[0][1]):
            names = [place.bench.plan.name for place in sharing]
            worker = LinkWorker(key, self._clock, names)
            for place in sharing:
                self._put_to_work(place, worker)
            _warn_of_waiting(sharing)
            workers.append(worker)
        return workers

    def _put_to_work(self, place: Place, worker: LinkWorker) -> None:
        bench = place.bench
        worker.at_end(bench.device.close)
        source = bench.plan.source
        if isinstance(source, ListeningSource):
            listener = Listener(bench, source, self._stop)
            worker.add(self._clock.monotonic_s(), listener.run, bench.plan.name)
            return
        for timing in place.timings:
            schedule = self._schedule(bench, timing)
            route = self._route(bench, schedule)
            sampler = Sampler(bench, timing.group, schedule, route, worker.give_way)
            worker.add(sampler.first(), sampler.run, bench.plan.name, slack_s=timing.interval_s)

    def _share(self, places: Sequence[Place]) -> dict[_Shared, SharedSensor]:
        members: defaultdict[_Shared, list[Bench]] = defaultdict(list)
        for place in places:
            if place.bench.plan.timestamp == "tick":
                for timing in place.timings:
                    schedule = self._schedule(place.bench, timing)
                    members[place.bench.plan.sensor, schedule].append(place.bench)
        return {
            (sensor, schedule): self._shared_sensor(sensor, benches)
            for (sensor, schedule), benches in members.items()
            if len(benches) > 1
        }

    def _shared_sensor(self, sensor: str, benches: Sequence[Bench]) -> SharedSensor:
        wait_s = max(bench.plan.timeout_s + bench.plan.jitter_s for bench in benches)
        return SharedSensor(
            sensor, wait_s, clock=self._clock, outlet=self._outlet, timer=self._timer
        )

    def _route(self, bench: Bench, schedule: Schedule) -> Route:
        shared = self.shared.get((bench.plan.sensor, schedule))
        if shared is None or bench.plan.timestamp != "tick":
            return DirectRoute(self._outlet)
        return shared.member()

    def _schedule(self, bench: Bench, timing: Timing) -> Schedule:
        plan = bench.plan
        key = (timing.interval_s, plan.offset_s, plan.align)
        if key not in self._schedules:
            self._schedules[key] = Schedule(
                timing.interval_s, self._clock, offset_s=plan.offset_s, align=plan.align
            )
        return self._schedules[key]


def _warn_of_waiting(sharing: Sequence[Place]) -> None:
    names = [
        place.bench.plan.name
        for place in sharing
        if isinstance(place.bench.plan.source, ListeningSource)
    ]
    if names and len(sharing) > 1:
        log.warning(
            "%s listens and so keeps link %s to itself: %d sources have to wait for it",
            names[0],
            sharing[0].link,
            len(sharing) - 1,
        )
