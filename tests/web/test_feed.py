"""One snapshot for all viewers, however many and however slow."""

import asyncio
import json

import pytest

from collector.web.feed import FRESH_S, LEAST_PAUSE_S, LONGEST_PAUSE_S, Feed


class Status:
    """Counts how often it is asked."""

    def __init__(self):
        self.asked = 0
        self.padding = ""

    def __call__(self):
        self.asked += 1
        return {"n": self.asked, "padding": self.padding}


@pytest.fixture
def status():
    return Status()


@pytest.fixture
def feed(status, clock):
    return Feed(status, clock)


def number(event):
    return json.loads(event.partition(b"data: ")[2])["n"]


async def turned(feed, clock):
    clock.advance(FRESH_S)
    await asyncio.sleep(0)  # viewers begin to wait
    return await feed.turn()


def test_asking_often_takes_no_more_snapshots(feed, status, clock):
    assert [feed.snapshot(), feed.snapshot()] == [feed.snapshot()] * 2
    assert 1 == status.asked

    clock.advance(FRESH_S)

    assert 2 == feed.snapshot()["n"]


def test_nobody_watches_and_no_snapshot_is_taken(feed, status, clock):
    assert LEAST_PAUSE_S == asyncio.run(turned(feed, clock))
    assert 0 == status.asked


def test_a_viewer_sees_the_present_and_then_each_change(feed, clock):
    async def watch():
        events = feed.events()
        first = await anext(events)
        waiting = asyncio.ensure_future(anext(events))
        await turned(feed, clock)
        return first, await waiting

    first, second = asyncio.run(watch())

    assert first.startswith(b"retry: ")
    assert (1, 2) == (number(first), number(second))
    assert second.endswith(b"\n\n")


def test_all_viewers_share_one_snapshot(feed, status, clock):
    async def watch():
        viewers = [feed.events() for _ in range(20)]
        for events in viewers:
            await anext(events)
        waiting = [asyncio.ensure_future(anext(events)) for events in viewers]
        await turned(feed, clock)
        return await asyncio.gather(*waiting)

    events = asyncio.run(watch())

    assert {2} == {number(event) for event in events}
    assert 2 == status.asked


def test_a_slow_viewer_gets_the_newest_and_nothing_waits_for_it(feed, clock):
    async def watch():
        events = feed.events()
        await anext(events)
        for _ in range(50):
            await turned(feed, clock)
        return await anext(events)

    assert 51 == number(asyncio.run(watch()))


def test_a_viewer_that_left_is_counted_no_more(feed, clock):
    async def watch():
        events = feed.events()
        await anext(events)
        seen = feed.viewers
        await events.aclose()
        return seen, feed.viewers

    assert (1, 0) == asyncio.run(watch())


@pytest.mark.parametrize(("size", "pause_s"), [(0, 1.0), (128 * 1024, 2.0), (10_000_000, 10.0)])
def test_large_snapshots_come_less_often(feed, status, clock, size, pause_s):
    status.padding = "x" * size

    async def watch():
        events = feed.events()
        await anext(events)
        return await turned(feed, clock)

    assert pause_s == pytest.approx(asyncio.run(watch()), rel=0.01)
    assert LONGEST_PAUSE_S >= pause_s
