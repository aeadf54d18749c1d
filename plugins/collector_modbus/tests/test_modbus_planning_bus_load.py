"""Whether a link has the time for what is to be read over it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector_modbus.planning.bus_load import GroupLoad, LinkLoad, group_load
from collector_modbus.planning.cost import SerialCost
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.link import NetworkLink, SerialLink

LINE = SerialLink(type="rtu", port="/dev/ttyUSB0")
GATEWAY = NetworkLink(type="tcp", host="gateway")


def group(source, name="", *, interval_s, bus_time_s, longest_s=0.01):
    return GroupLoad(source, name, interval_s, 1, 2, 0, bus_time_s, longest_s)


def both(load):
    return load.problems(), load.warnings()


def test_a_group_takes_the_requests_and_the_time_of_all_its_blocks():
    blocks = [
        Block(Table.HOLDING, Span(0, 10)),
        Block(Table.INPUT, Span(0, 5)),
        Block(Table.COIL, Span(0, 9)),
    ]

    load = group_load("meter", "fast", 0.5, blocks, SerialCost(9600, 11))

    # 13 characters, 7 of silence and 10 ms for each; 20 + 10 + 2 bytes of data.
    time_s = pytest.approx((3 * 20 + 32) * 11 / 9600 + 0.030)
    longest_s = pytest.approx((20 + 20) * 11 / 9600 + 0.010)
    assert GroupLoad("meter", "fast", 0.5, 3, 15, 9, time_s, longest_s) == load
    assert pytest.approx(load.bus_time_s / 0.5) == load.duty_cycle


def test_a_link_is_busy_for_the_sum_of_what_its_groups_take():
    load = LinkLoad(
        LINE,
        (
            group("meter", "fast", interval_s=1, bus_time_s=0.2),
            group("meter", interval_s=10, bus_time_s=0.5),
            group("boiler", interval_s=5, bus_time_s=0.5),
        ),
    )

    assert pytest.approx(0.35) == load.duty_cycle
    assert ([], []) == (load.problems(), load.warnings())


def test_a_link_without_groups_is_idle():
    assert (0, [], []) == (LinkLoad(LINE, ()).duty_cycle, *both(LinkLoad(LINE, ())))


def test_a_group_that_takes_longer_than_its_interval_is_a_problem():
    load = LinkLoad(LINE, (group("meter", "fast", interval_s=1, bus_time_s=1.4),))

    (line,) = load.problems()

    assert (
        "link serial:///dev/ttyUSB0: group 'fast' of 'meter' needs 1.40 s of bus time every 1 s:"
        " lengthen its interval to 1.75 s, raise the baudrate or read fewer points"
    ) == line


def test_sources_that_together_take_more_than_all_time_are_a_problem():
    load = LinkLoad(
        LINE,
        (
            group("meter", interval_s=1, bus_time_s=0.8),
            group("boiler", interval_s=1, bus_time_s=0.6),
        ),
    )

    (line,) = load.problems()

    assert (
        "link serial:///dev/ttyUSB0 needs 1.40 s of bus time every 1 s (duty cycle 140 %):"
        " lengthen intervals, raise the baudrate or read fewer points"
    ) == line


def test_one_group_too_long_and_the_sum_too_much_are_two_problems():
    load = LinkLoad(
        LINE,
        (
            group("meter", interval_s=0.5, bus_time_s=0.6),
            group("boiler", interval_s=10, bus_time_s=0.3),
        ),
    )

    starts = [line.partition(" of bus time")[0] for line in load.problems()]

    assert [
        "link serial:///dev/ttyUSB0: 'meter' needs 0.600 s",
        "link serial:///dev/ttyUSB0 needs 1.23 s",
    ] == starts


def test_nobody_is_told_to_raise_the_baudrate_of_a_network():
    load = LinkLoad(GATEWAY, (group("meter", interval_s=0.004, bus_time_s=0.005),))

    (line,) = load.problems()

    assert (
        "link tcp://gateway:502: 'meter' needs 0.005 s of bus time every 0.004 s:"
        " lengthen its interval to 0.006 s or read fewer points"
    ) == line


def test_a_link_that_is_busy_nearly_all_the_time_gets_a_warning():
    load = LinkLoad(LINE, (group("meter", interval_s=1, bus_time_s=0.87),))

    (line,) = load.warnings()

    assert (
        "link serial:///dev/ttyUSB0 needs 0.870 s of bus time every 1 s (duty cycle 87 %), which"
        " leaves little for retries and late answers: lengthen intervals, raise the baudrate or"
        " read fewer points"
    ) == line


def test_a_request_that_keeps_others_from_their_ticks_gets_a_warning_that_names_them():
    load = LinkLoad(
        LINE,
        (
            group("meter", "all", interval_s=60, bus_time_s=2.4, longest_s=1.2),
            group("meter", "fast", interval_s=1, bus_time_s=0.1),
            group("boiler", interval_s=0.5, bus_time_s=0.1),
            group("pump", interval_s=2, bus_time_s=0.1),
        ),
    )

    (line,) = load.warnings()

    assert (
        "link serial:///dev/ttyUSB0: one request of group 'all' of 'meter' takes 1.20 s, in which"
        " these miss ticks: group 'fast' of 'meter' (every 1 s), 'boiler' (every 0.5 s):"
        " lower max_registers, raise the baudrate or read fewer points"
    ) == line


def test_a_long_read_of_short_requests_keeps_nobody_from_a_tick():
    load = LinkLoad(
        LINE,
        (
            group("meter", "all", interval_s=60, bus_time_s=2.4, longest_s=0.1),
            group("meter", "fast", interval_s=1, bus_time_s=0.1),
        ),
    )

    assert [] == load.warnings()


@pytest.mark.parametrize(
    ("bus_time_s", "problems", "warnings"), [(0.8, 0, 0), (0.81, 0, 1), (1.0, 0, 1), (1.01, 1, 0)]
)
def test_limits_are_80_percent_for_a_warning_and_all_time_for_a_problem(
    bus_time_s, problems, warnings
):
    load = LinkLoad(LINE, (group("meter", interval_s=1, bus_time_s=bus_time_s),))

    assert (problems, warnings) == tuple(len(lines) for lines in both(load))


_TIMES_S = st.floats(0.001, 100)


@settings(deadline=None)
@given(st.lists(st.builds(group, st.just("m"), interval_s=_TIMES_S, bus_time_s=_TIMES_S)))
def test_a_link_has_a_problem_if_and_only_if_its_time_does_not_suffice(groups):
    load = LinkLoad(LINE, tuple(groups))

    assert (load.duty_cycle > 1) == bool(load.problems())
    assert not any("\n" in line for line in (*load.problems(), *load.warnings()))
