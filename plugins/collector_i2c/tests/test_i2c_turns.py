"""Chips of one bus convert at the same time, and nobody gets what belongs to another."""

import pytest

from collector import Deadline, SourceUnavailableError

WAITS_S = {"bh1750": 0.180, "htu21d": 0.114, "sht31": 0.0155, "bme280": 0.0093}


def opened(bench, *names, interval_s=10.0):
    sources = [bench.simulated(name, interval_s, device=name) for name in names]
    for source in sources:
        source.open()
    return sources


def round_s(bench, sources):
    """Read every source once, one after the other as a link does; return how long it took."""
    began_s = bench.clock.monotonic_s()
    for source in sources:
        assert bench.read(source)
    return bench.clock.monotonic_s() - began_s


def test_a_round_takes_as_long_as_its_slowest_chip_and_not_as_all_together(bench):
    sources = opened(bench, *WAITS_S)
    round_s(bench, sources)
    bench.clock.advance(10.0)

    assert max(WAITS_S.values()) == pytest.approx(round_s(bench, sources), abs=0.005)


def test_that_holds_whatever_the_order(bench):
    sources = opened(bench, *reversed(WAITS_S))
    round_s(bench, sources)
    bench.clock.advance(10.0)

    assert max(WAITS_S.values()) == pytest.approx(round_s(bench, sources), abs=0.005)


def test_what_was_read_ahead_bears_the_instant_of_its_own_conversion(bench):
    slow, fast = opened(bench, "bh1750", "sht31")
    round_s(bench, [slow, fast])
    bench.clock.advance(10.0)
    began_ms = bench.clock.now().boottime_ms

    [of_slow] = slow.read("", Deadline.after(bench.clock, 5))
    [of_fast] = fast.read("", Deadline.after(bench.clock, 5))

    assert 180 == pytest.approx(of_slow.taken_at.boottime_ms - began_ms, abs=2)
    assert 16 == pytest.approx(of_fast.taken_at.boottime_ms - began_ms, abs=2)


def test_a_chip_that_is_not_due_is_left_alone(bench):
    often = bench.simulated("often", 1.0, device="bh1750")
    seldom = bench.on(bench.commands({"2400": "67adca485485"}), "seldom", 60.0, device="sht31")
    chip = next(bench.bus().kernel.wires.at(0x44))
    for source in (often, seldom):
        source.open()
        bench.read(source)
    chip.written.clear()

    for _ in range(30):
        bench.clock.advance(1.0)
        bench.read(often)

    assert [] == chip.written


def test_what_was_read_ahead_and_not_asked_for_is_not_handed_out_later(bench):
    slow, fast = opened(bench, "bh1750", "sht31")
    round_s(bench, [slow, fast])
    bench.clock.advance(10.0)
    bench.read(slow)
    bench.clock.advance(5.0)

    [reading] = fast.read("", Deadline.after(bench.clock, 5))

    assert bench.clock.now() == reading.taken_at


def test_each_conversion_is_handed_out_once(bench):
    slow, fast = opened(bench, "bh1750", "sht31")
    round_s(bench, [slow, fast])
    bench.clock.advance(10.0)
    bench.read(slow)

    first, second = (fast.read("", Deadline.after(bench.clock, 5))[0] for _ in range(2))

    assert first.taken_at != second.taken_at


def test_trouble_of_a_chip_that_was_read_ahead_stays_its_own(bench):
    slow, fast = opened(bench, "bh1750", "sht31")
    round_s(bench, [slow, fast])
    bench.clock.advance(10.0)
    bench.bus().kernel.wires._models[0x44].clear()

    assert bench.read(slow)
    with pytest.raises(SourceUnavailableError, match="0x44: nothing acknowledges"):
        bench.read(fast)


def test_a_closed_chip_is_not_read_ahead(bench):
    slow, fast = opened(bench, "bh1750", "sht31")
    round_s(bench, [slow, fast])
    fast.close()
    bench.clock.advance(10.0)

    assert 0.180 == pytest.approx(round_s(bench, [slow]), abs=0.005)
    assert 1 == len(slow._turns._turns)


def test_a_chip_that_takes_longer_than_the_timeout_is_given_up(bench):
    [source] = opened(bench, "bh1750")

    with pytest.raises(SourceUnavailableError, match="longer than the source's timeout"):
        bench.read(source, seconds=0.1)


def test_after_that_the_next_reading_begins_afresh(bench):
    [source] = opened(bench, "bh1750")
    with pytest.raises(SourceUnavailableError):
        bench.read(source, seconds=0.1)

    assert bench.read(source)


class Giving(Deadline):
    """A deadline of a link on which others may be more urgent."""

    def give_way(self):
        self.clock.on_give_way()


def test_a_chip_that_is_read_often_stays_on_time_while_another_converts(bench):
    slow = bench.simulated("slow", 10.0, device="bh1750")
    fast = bench.simulated("fast", 0.05, device="sht31", options={"repeatability": "low"})
    for source in (slow, fast):
        source.open()
        bench.read(source)
    bench.clock.advance(10.0)
    began_s, seen_s = bench.clock.monotonic_s(), []

    def read_fast():
        bench.clock.on_give_way = lambda: None
        if bench.clock.monotonic_s() - began_s >= 0.05 * (len(seen_s) + 1):
            bench.read(fast)
            seen_s.append(bench.clock.monotonic_s() - began_s)
        bench.clock.on_give_way = read_fast

    bench.clock.on_give_way = read_fast
    [reading] = slow.read("", Giving.after(bench.clock, 5))

    assert [0.05, 0.10, 0.15] == pytest.approx(seen_s, abs=0.02)
    assert 0.18 == pytest.approx(bench.clock.monotonic_s() - began_s, abs=0.01)
    assert reading.values


def test_while_one_chip_is_set_up_another_converts(bench):
    light = opened(bench, "bh1750")
    round_s(bench, light)
    bench.clock.advance(10.0)
    before_s = bench.clock.monotonic_s()

    bench.simulated("co2", 10.0, device="scd41").open()

    assert 0.5 == pytest.approx(bench.clock.monotonic_s() - before_s, abs=0.01)
    assert 0.0 == round_s(bench, light)
