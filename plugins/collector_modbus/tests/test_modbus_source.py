"""The whole source on scripted units: what is refused, silent or dead costs the rest nothing."""

import contextlib
import logging
from collections import Counter

import pytest
from modbus_units import SourceRig, frame, points, promptly, refusing

from collector import Deadline, SourceFaultError, SourceUnavailableError
from collector_modbus.errors import LinkError, LinkFaultError


def test_all_points_of_a_unit_come_in_one_reading():
    rig = SourceRig()
    source = rig.source(point=points(0, 1, 2))

    assert {"m0": 1000.0, "m1": 1001.0, "m2": 1002.0} == rig.read(source)
    assert [(0, 3)] == rig.asked()


def test_three_forbidden_registers_of_sixty_cost_no_other_value_even_in_the_first_cycle():
    rig = SourceRig(refusing([7, 30, 31]))
    source = rig.source(point=points(*range(60)))

    first = rig.read(source)

    assert {f"m{n}" for n in range(60) if n not in (7, 30, 31)} == first.keys()


def test_from_the_second_cycle_on_refused_registers_cost_one_request_more_at_most():
    rig = SourceRig(refusing([7, 30, 31]))
    source = rig.source(point=points(*range(60)))
    rig.read(source)
    rig.asked()

    second = rig.read(source)

    assert len(second) == 57
    assert [(0, 7), (8, 22), (32, 28)] == rig.asked()


def test_a_refused_register_is_named_to_the_operator(caplog):
    caplog.set_level(logging.INFO)
    rig = SourceRig(refusing([7]))
    source = rig.source(point=points(*range(10)))

    rig.read(source)

    [warning] = [r.message for r in caplog.records if r.levelno == logging.WARNING]
    assert "holding 7 (m7) is left out: exception 2 (illegal data address)" == warning
    assert any(
        "m7: exception 2" in note and "tried again in 1 min" in note for note in source.notes
    )


def test_a_refused_register_is_tried_again_alone_and_comes_back():
    forbidden = [7]
    rig = SourceRig(refusing(forbidden))
    source = rig.source(point=points(*range(10)))
    rig.read(source)
    rig.asked()

    rig.clock.advance(60)
    rig.read(source)
    still_refused = rig.asked()
    forbidden.clear()
    rig.clock.advance(60)
    too_early = rig.read(source)
    rig.clock.advance(60)
    tried_again = rig.read(source)
    rig.asked()
    back = rig.read(source)

    assert [(0, 7), (8, 2), (7, 1)] == still_refused
    assert "m7" not in too_early
    assert 1007.0 == tried_again["m7"] == back["m7"]
    assert [(0, 10)] == rig.asked()


def test_a_register_between_wanted_ones_that_must_not_be_read_over_is_learned():
    rig = SourceRig(refusing([5]))
    source = rig.source(point=points(3, 4, 6, 7))

    first = rig.read(source)
    rig.asked()
    rig.read(source)

    assert {"m3", "m4", "m6", "m7"} == first.keys()
    assert [(3, 2), (6, 2)] == rig.asked()
    assert not source.notes


def test_a_device_that_gives_less_at_once_is_learned():
    def behave(request):
        if request.count > 16:
            return [(0.01, frame(1, bytes((request.function | 0x80, 3))))]
        return promptly(request)

    rig = SourceRig(behave)
    source = rig.source(point=points(*range(40)))

    first = rig.read(source)
    rig.asked()
    rig.read(source)

    assert len(first) == 40
    assert max(count for _, count in rig.asked()) <= 16


def test_a_function_that_a_device_does_not_have_is_not_searched_register_by_register():
    def behave(request):
        if request.function == 4:
            return [(0.01, frame(1, b"\x84\x01"))]
        return promptly(request)

    rig = SourceRig(behave)
    source = rig.source(
        point=[
            *points(1),
            *(
                {**p, "metric": f"i{n}", "register": "input"}
                for n, p in enumerate(points(*range(20)))
            ),
        ]
    )

    assert {"m1": 1001.0} == rig.read(source)
    assert len(rig.asked()) == 2
    assert any("illegal function" in note for note in source.notes)


def test_a_device_that_is_busy_loses_one_cycle_of_that_block_and_no_more():
    codes = iter([6, None])

    def behave(request):
        code = next(codes)
        return promptly(request) if code is None else [(0.01, frame(1, bytes((0x83, code))))]

    rig = SourceRig(behave)
    source = rig.source(point=points(1))

    with pytest.raises(SourceUnavailableError, match=r"exception 6 \(server device busy\)"):
        rig.read(source)
    assert {"m1": 1001.0} == rig.read(source)


def test_a_block_that_is_refused_for_now_is_named_while_the_others_come():
    def behave(request):
        if request.function == 4:
            return [(0.01, frame(1, b"\x84\x06"))]
        return promptly(request)

    rig = SourceRig(behave)
    source = rig.source(point=[*points(1), {"metric": "busy", "address": 1, "register": "input"}])

    assert {"m1": 1001.0} == rig.read(source)
    assert ["busy: exception 6 (server device busy) for input 1"] == source.notes


def test_a_unit_that_its_gateway_cannot_reach_is_left_alone_like_a_dead_one():
    def behave(request):
        if request.unit_id == 1:
            return [(0.5, frame(1, b"\x83\x0b"))]
        return promptly(request)

    rig = SourceRig(behave)
    rig.bus._link = rig.link.model_copy(update={"response_timeout": 1.0})
    source, other = rig.source(1, point=points(1)), rig.source(2, point=points(1))
    rig.read(other)

    for _ in range(2):
        with pytest.raises(
            SourceUnavailableError, match="does not answer its gateway: exception 11"
        ):
            rig.read(source)

    assert rig.bus.breaker.wait_s(1) == pytest.approx(0.5 / 0.04, rel=0.1)


def test_where_the_interval_is_too_short_every_value_comes_in_turn_and_that_is_told():
    rig = SourceRig(lambda r: [(0.15, r.right_answer())])
    source = rig.source(point=points(0, 1000, 2000, 3000))
    seen = Counter()

    for _ in range(8):
        readings = source.read("", Deadline.after(rig.clock, 0.35))
        seen.update(readings[0].values)

    assert {"m0", "m1000", "m2000", "m3000"} == seen.keys()
    assert min(seen.values()) >= 3
    assert any("lengthen the interval" in note for note in source.notes)


def test_what_was_read_before_the_link_broke_is_not_lost():
    rig = SourceRig()
    source = rig.source(point=points(0, 5000))
    write = rig.units.write

    def once(data, deadline):
        write(data, deadline)
        rig.units.write = broken

    def broken(data, deadline):
        raise LinkError("/dev/ttyTEST is gone: unplugged")

    rig.units.write = once

    assert {"m0": 1000.0} == rig.read(source)
    with pytest.raises(SourceUnavailableError, match="unplugged"):
        rig.read(source)


def test_a_device_that_refuses_everything_is_unavailable_and_says_why():
    rig = SourceRig(refusing(range(100)))
    source = rig.source(point=points(1, 2))
    rig.read(source)

    with pytest.raises(SourceUnavailableError, match="refuses all of its registers: exception 2"):
        rig.read(source)


def test_a_block_that_alone_is_never_answered_is_left_out_after_three_times():
    rig = SourceRig(lambda r: [] if r.function == 4 else promptly(r))
    source = rig.source(point=[*points(1), {"metric": "silent", "address": 1, "register": "input"}])
    for _ in range(3):
        assert {"m1": 1001.0} == rig.read(source)
    rig.asked()

    rig.read(source)

    assert [(1, 1)] == rig.asked()
    assert any("silent: no answer" in note for note in source.notes)


def test_a_unit_that_does_not_answer_is_unavailable_and_tried_at_the_next_tick():
    rig = SourceRig(lambda request: [])
    source = rig.source(point=points(1))

    with pytest.raises(SourceUnavailableError, match="unit 1 did not answer") as caught:
        rig.read(source)
    assert caught.value.retry_in_s < 0.2


def test_a_dead_unit_is_not_asked_while_it_is_left_alone():
    rig = SourceRig(lambda request: [] if request.unit_id == 1 else promptly(request))
    dead, alive = rig.source(1, point=points(1)), rig.source(2, point=points(1))
    rig.read(alive)
    for _ in range(2):
        with pytest.raises(SourceUnavailableError):
            rig.read(dead)
    rig.asked()

    with pytest.raises(SourceUnavailableError, match="did not answer") as caught:
        rig.read(dead)

    assert [] == rig.asked()
    assert caught.value.retry_in_s == pytest.approx(5.0)


def test_healthy_units_keep_95_of_100_ticks_beside_a_dead_one():
    rig = SourceRig(lambda request: [] if request.unit_id == 10 else promptly(request))
    alive = [rig.source(unit_id, point=points(1)) for unit_id in range(1, 10)]
    dead = rig.source(10, point=points(1))
    ticks = dict.fromkeys(range(9), 0)
    began_s = rig.clock.monotonic_s()

    for tick in range(600):
        for number, source in enumerate(alive):
            if rig.clock.monotonic_s() < began_s + tick + 1:
                ticks[number] += len(rig.read(source))
        with contextlib.suppress(SourceUnavailableError):
            rig.read(dead)
        rig.clock.advance(max(0.0, began_s + tick + 1 - rig.clock.monotonic_s()))

    assert min(ticks.values()) >= 570


def test_a_link_that_broke_is_tried_again_soon_and_is_no_fault_of_the_unit():
    rig = SourceRig()
    source = rig.source(point=points(1))

    def broken(data, deadline):
        raise LinkError("/dev/ttyTEST is gone: unplugged")

    rig.units.write = broken
    with pytest.raises(SourceUnavailableError, match="unplugged") as caught:
        rig.read(source)

    assert caught.value.retry_in_s == 2.0
    assert rig.bus.breaker.wait_s(1) == 0.0


def test_a_port_without_permission_needs_a_human():
    rig = SourceRig()
    source = rig.source(point=points(1))

    def forbidden():
        raise LinkFaultError("/dev/ttyTEST: no permission: add this user to the group dialout")

    rig.units.open = forbidden

    with pytest.raises(SourceFaultError, match="group dialout"):
        rig.read(source)


def test_groups_have_intervals_and_points_of_their_own():
    rig = SourceRig()
    source = rig.source(
        point=[*points(1), *points(2, group="fast")], group=[{"name": "fast", "interval": "200ms"}]
    )

    assert {"": None, "fast": 0.2} == {group.name: group.interval_s for group in source.groups}
    assert {"m1": 1001.0} == rig.read(source)
    assert {"m2": 1002.0} == rig.read(source, "fast")


def test_a_value_of_two_registers_is_read_in_one_request():
    rig = SourceRig()
    source = rig.source(
        point=[{"metric": f"m{n}", "address": n, "type": "uint32"} for n in range(0, 260, 2)]
    )

    rig.read(source)

    assert all(address % 2 == 0 and count % 2 == 0 for address, count in rig.asked())


def test_a_value_that_the_device_marks_as_missing_is_left_out_and_told():
    rig = SourceRig()
    source = rig.source(point=points(1, 2), invalid={"uint16": [1001]})

    assert {"m2": 1002.0} == rig.read(source)
    assert ["m1: no value: the device marks it as not available (1 values so far)"] == source.notes


def test_a_source_may_be_closed_twice_and_before_it_was_opened():
    rig = SourceRig()
    source = rig.source(point=points(1))

    source.close()
    source.close()

    assert rig.units.closed == 1
