"""Puts sources to work: their schedules, their links, and the sensors that they share."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from collector.clock import Clock, Deadline
from collector.plugin.source import ListeningSource
from collector.sampling.bench import Bench
from collector.sampling.grouping import SharedSensor
from collector.sampling.link import LinkWorker
from collector.sampling.listening import Listener
from collector.sampling.outlet import Outlet
from collector.sampling.placing import Place, Timing
from collector.sampling.route import DirectRoute, Route, TransformingRoute
from collector.sampling.sampler import Sampler
from collector.sampling.schedule import Schedule
from collector.sampling.watch import EVERY_S, Watch, WatchedSource

log = logging.getLogger(__name__)

_Shared = tuple[str, Schedule]
_Link = tuple[bool, str]


class _Work(NamedTuple):
    """What a link is to do for a source; see `LinkWorker.add`."""

    worker: LinkWorker
    due_s: float
    run: Callable[[], float | None]
    source: str
    slack_s: float


class Links:
    """All links and what they work on. Changed by one thread at a time, asked from every thread.

    Args:
        clock: The time.
        outlet: Where readings that were joined leave.
        timer: A worker for what is due apart from any link.

    Attributes:
        shared: The sensors that several sources, or groups of one, feed together.
    """

    def __init__(self, *, clock: Clock, outlet: Outlet, timer: LinkWorker) -> None:
        self.shared: dict[_Shared, SharedSensor] = {}
        self._clock = clock
        self._outlet = outlet
        self._timer = timer
        self._schedules: dict[tuple[float, float, bool], Schedule] = {}
        self._places: dict[str, Place] = {}
        self._workers: dict[_Link, LinkWorker] = {}

    @property
    def workers(self) -> list[LinkWorker]:
        """The links, by their keys."""
        return sorted(self._workers.copy().values(), key=lambda worker: worker.key)

    def add(self, places: Sequence[Place]) -> list[LinkWorker]:
        """Put sources to work, on links that there are or on new ones.

        Args:
            places: The sources. Those that share a sensor by tick come together.

        Returns:
            The new links, still to be started. One that a source was left behind on is not among
            them: what comes to it waits until that one lets go of it.
        """
        before = set(self._workers)
        self.shared |= self._share(places)
        self._places |= {place.bench.plan.name: place for place in places}
        for place in places:
            self._worker(place).at_end(place.bench.plan.name, place.bench.device.close)
        work = [each for place in places for each in self._work_of(place)]
        for each in work:  # not before all of them are known to the sensors that they share
            each.worker.add(each.due_s, each.run, each.source, slack_s=each.slack_s)
        used = {_link_of(place) for place in self._places.values()}
        for link in self._workers.keys() - used:
            self._workers.pop(link).ask_to_stop()
        for link in {_link_of(place) for place in places}:
            _warn_of_waiting([each for each in self._places.values() if _link_of(each) == link])
        return [worker for link, worker in self._workers.items() if link not in before]

    def remove(self, names: Collection[str], deadline: Deadline) -> None:
        """Take sources from their links and close them; links with no other source end.

        One that does not come back in time is left behind: what it gives later is refused.

        Args:
            names: The sources; others are not touched. Those that share a sensor leave together.
            deadline: How long to wait for them.
        """
        leaving = [self._places.pop(name) for name in names if name in self._places]
        for place in leaving:
            place.bench.stop.set()
        kept = {_link_of(place) for place in self._places.values()}
        ending = {_link_of(place) for place in leaving} - kept
        # Who comes to a shared link must not be read while one that was left behind still is.
        lasting = kept | {link for link in ending if link[0]}
        late = stop([self._workers.pop(link) for link in ending - lasting], deadline, leaving_also=[
            (self._workers[_link_of(place)], place.bench.plan.name)
            for place in leaving if _link_of(place) in lasting
        ])  # fmt: skip
        for link in ending & lasting:
            if self._workers[link] not in late:
                self._workers.pop(link).stop(deadline)
        self._close(leaving)

    def _close(self, leaving: Iterable[Place]) -> None:
        sensors = {place.bench.plan.sensor for place in leaving if _is_by_tick(place)}
        for key in [key for key in self.shared if key[0] in sensors]:
            self.shared.pop(key).close()
        for place in leaving:
            place.bench.finish()

    def _worker(self, place: Place) -> LinkWorker:
        link = _link_of(place)
        if link not in self._workers:
            self._workers[link] = LinkWorker(place.link, self._clock)
        return self._workers[link]

    def _work_of(self, place: Place) -> list[_Work]:
        bench, worker = place.bench, self._worker(place)
        name, source = bench.plan.name, bench.plan.source
        if isinstance(source, ListeningSource):
            listener = Listener(bench, source)
            listening = _Work(worker, self._clock.monotonic_s(), listener.run, name, 0.0)
            return [listening, *self._watch_of(bench, worker)]
        work = self._watch_of(bench, worker)
        for timing in place.timings:
            schedule = self._schedule(bench, timing)
            route = self._route(bench, schedule)
            if bench.transformer is not None:
                route = TransformingRoute(bench.transformer, route)
            sampler = Sampler(bench, timing.group, schedule, route, worker.give_way)
            work.append(_Work(worker, sampler.first(), sampler.run, name, timing.interval_s))
        return work

    def _watch_of(self, bench: Bench, worker: LinkWorker) -> list[_Work]:
        source = bench.plan.source
        if not isinstance(source, WatchedSource):
            return []
        first_s = self._clock.monotonic_s() + EVERY_S
        return [_Work(worker, first_s, Watch(bench, source).run, bench.plan.name, EVERY_S)]

    def _share(self, places: Sequence[Place]) -> dict[_Shared, SharedSensor]:
        members: defaultdict[_Shared, list[Bench]] = defaultdict(list)
        for place in filter(_is_by_tick, places):
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
            return DirectRoute(bench.gate)
        return shared.member()

    def _schedule(self, bench: Bench, timing: Timing) -> Schedule:
        plan = bench.plan
        key = (timing.interval_s, plan.offset_s, plan.align)
        if key not in self._schedules:
            self._schedules[key] = Schedule(
                timing.interval_s, self._clock, offset_s=plan.offset_s, align=plan.align
            )
        return self._schedules[key]


def stop(
    workers: Sequence[LinkWorker],
    deadline: Deadline,
    leaving_also: Sequence[tuple[LinkWorker, str]] = (),
) -> Collection[LinkWorker]:
    """Stop links, and let sources leave others; say which do not come back in time.

    Args:
        workers: The links that end.
        deadline: How long to wait for all of them together.
        leaving_also: Sources that leave links which go on.

    Returns:
        The links that are not back in time.
    """
    for worker in workers:
        worker.ask_to_stop()
    left = [(worker, worker.leave(source)) for worker, source in leaving_also]
    late = [worker for worker in workers if not worker.stop(deadline)]
    late += [worker for worker, done in left if not done.wait(deadline.remaining_s())]
    for worker in dict.fromkeys(late):
        busy_with = worker.status().busy_with
        log.warning("%s: does not come back, it is left behind", busy_with or worker.key)
    return late


def _link_of(place: Place) -> _Link:
    return place.is_shared, place.link


def _is_by_tick(place: Place) -> bool:
    return place.bench.plan.timestamp == "tick"


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
