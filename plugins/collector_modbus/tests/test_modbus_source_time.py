"""Sources that have too little time, wait in vain, or learn from what was only so for a moment."""

import contextlib

import pytest
from modbus_units import SourceRig, frame, points, promptly

from collector import Deadline, SourceUnavailableError
from collector.clock import wall_ms_of
from collector.sampling.turn import Turn


def attempt(rig, source, group=""):
    with contextlib.suppress(SourceUnavailableError):
        return rig.read(source, group)
    return {}


def input_point(metric, address=1):
    return {"metric": metric, "address": address, "register": "input"}


def silent(function):
    return lambda request: [] if request.function == function else promptly(request)


@pytest.mark.parametrize("function", [3, 4], ids=["the first", "the last"])
def test_a_silent_block_is_left_out_also_where_one_wait_takes_all_the_time(function):
    rig = SourceRig(silent(function), response_timeout="1s")
    rig.timeout_s = 1.0
    source = rig.source(point=[*points(1), input_point("i1")])
    for _ in range(8):
        attempt(rig, source)
        rig.clock.advance(5.0)

    rig.asked()
    reads = [attempt(rig, source) for _ in range(4)]

    assert [1] * 4 == [len(values) for values in reads]
    assert len(rig.asked()) == 4


def test_a_unit_that_is_silent_as_a_whole_loses_no_block_by_that():
    is_silent = [True]
    rig = SourceRig(lambda request: [] if is_silent[0] else promptly(request))
    source = rig.source(point=[*points(1), input_point("i1")])
    for _ in range(20):
        attempt(rig, source)
        rig.clock.advance(60.0)

    is_silent[0] = False

    assert {"m1", "i1"} == rig.read(source).keys()


def test_a_read_without_time_asks_nothing_and_blames_nobody():
    rig = SourceRig()
    source = rig.source(point=points(1))
    for _ in range(3):
        late = Turn(rig.clock, rig.clock.monotonic_s() + 0.1, lambda: rig.clock.advance(0.2))
        assert () == source.read("", late)

    assert [] == rig.asked()
    assert {"m1": 1001.0} == rig.read(source)
    assert any("lengthen the interval" in note for note in source.notes)


def test_a_read_that_asks_nothing_does_not_bring_a_dead_unit_back_to_life():
    rig = SourceRig(lambda request: [] if request.unit_id == 1 else promptly(request))
    dead, alive = rig.source(1, point=points(1)), rig.source(2, point=points(1))
    rig.read(alive)
    attempt(rig, dead)
    attempt(rig, dead)
    rig.clock.advance(rig.bus.breaker.wait_s(1))

    dead.read("", Deadline(rig.clock, rig.clock.monotonic_s() - 1.0))
    attempt(rig, dead)

    assert rig.bus.breaker.wait_s(1) > 0


def test_values_are_stamped_when_they_came_however_long_another_block_was_waited_for():
    rig = SourceRig(silent(4), response_timeout="1s")
    source = rig.source(point=[*points(1), input_point("i1")])
    began_ms = rig.clock.wall_ms()

    [reading] = source.read("", Deadline.after(rig.clock, 5.0))

    assert wall_ms_of(reading.taken_at, rig.clock) == pytest.approx(began_ms + 10, abs=15)
    assert rig.clock.wall_ms() > began_ms + 1000


def refusing_once(code):
    codes = iter([code])

    def behave(request):
        once = next(codes, None)
        return promptly(request) if once is None else [(0.01, frame(1, bytes((0x83, once))))]

    return behave


@pytest.mark.parametrize("code", [2, 3])
def test_what_was_refused_once_for_a_moment_is_asked_for_as_before(code):
    rig = SourceRig(refusing_once(code))
    source = rig.source(point=points(0, 1, 4, 5))
    rig.read(source)
    rig.asked()

    assert {"m0", "m1", "m4", "m5"} == rig.read(source).keys()
    assert [(0, 6)] == rig.asked()


def test_a_device_that_gives_little_at_once_still_gives_its_longest_values():
    def behave(request):
        if request.count > 1 and request.address < 10:
            return [(0.01, frame(1, b"\x83\x03"))]
        return promptly(request)

    rig = SourceRig(behave)
    source = rig.source(point=[*points(0, 1), {"metric": "long", "address": 100, "type": "uint32"}])
    rig.read(source)

    assert {"m0", "m1", "long"} == rig.read(source).keys()


def test_a_block_that_a_starting_device_refuses_as_a_whole_is_searched_when_it_is_tried_again():
    is_starting = [True]

    def behave(request):
        if request.function == 4 and is_starting[0]:
            return [(0.01, frame(1, b"\x84\x01"))]
        if request.function == 4 and request.address <= 3 < request.address + request.count:
            return [(0.01, frame(1, b"\x84\x02"))]
        return promptly(request)

    rig = SourceRig(behave)
    source = rig.source(point=[*points(1), *(input_point(f"i{n}", n) for n in range(8))])
    rig.read(source)
    is_starting[0] = False
    rig.clock.advance(60.0)

    assert {"m1", *(f"i{n}" for n in range(8) if n != 3)} == rig.read(source).keys()


def test_a_second_source_of_a_dead_unit_says_why_as_well():
    rig = SourceRig(lambda request: [])
    first, second = rig.source(1, point=points(1)), rig.source(1, point=points(2))
    attempt(rig, first)
    attempt(rig, first)

    with pytest.raises(SourceUnavailableError, match="unit 1 did not answer"):
        rig.read(second)


def test_a_line_that_is_never_silent_is_left_alone_like_a_dead_unit():
    rig = SourceRig()
    source = rig.source(point=points(1))
    rig.units.read = lambda timeout_s: (rig.clock.advance(0.001), b"\x55")[1]
    for _ in range(2):
        with pytest.raises(SourceUnavailableError, match="never silent"):
            rig.read(source)

    assert rig.bus.breaker.wait_s(1) > 1.0


def test_a_silent_block_beside_a_slow_one_is_found_out_although_both_never_fit_into_one_read():
    rig = SourceRig(lambda r: [] if r.function == 4 else [(0.6, r.right_answer())])
    rig.bus._link = rig.link.model_copy(update={"response_timeout": 1.0})
    rig.timeout_s = 1.0
    source = rig.source(point=[*points(1), input_point("i1")])
    for _ in range(12):
        attempt(rig, source)
        rig.clock.advance(5.0)

    assert [{"m1": 1001.0}] * 4 == [attempt(rig, source) for _ in range(4)]
