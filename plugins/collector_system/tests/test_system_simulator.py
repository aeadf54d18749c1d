"""The simulated machine, read by the real source."""

import threading
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import Deadline, SourceContext
from collector.testkit.clock import FakeClock
from collector_system.plugin import collector_source_kinds
from collector_system.settings import GroupName, SystemSettings
from collector_system.simulated.wave import Wave

[KIND] = collector_source_kinds()


@pytest.fixture
def context():
    return SourceContext("machine", "gateway", 10.0, FakeClock())


@pytest.fixture
def simulator(context):
    made = KIND.simulate(
        SystemSettings(groups=list(get_args(GroupName)), processes=["nginx"]), context
    )
    yield made
    made.stop()


def read(source, clock):
    [reading] = source.read("", Deadline.after(clock, 10.0))
    return dict(reading.values)


def test_every_group_has_values_and_figures_move(simulator, context):
    source = KIND.create(simulator.start(), context)
    source.open()
    context.clock.advance(7.0)
    simulator.update()
    first = read(source, context.clock)
    context.clock.advance(7.0)
    simulator.update()
    second = read(source, context.clock)
    source.close()

    moving = {name for name in first if first[name] != second.get(name)}
    assert {
        "cpu_percent",
        "memory_used",
        "temp_cpu_thermal",
        "net_eth0_received_rate",
        "io_mmcblk0_write_rate",
        "wifi_wlan0_signal",
        "fan_pwmfan",
        "uptime",
        "pressure_io_some",
        "wear_mmcblk0p2_written",
    } <= moving
    assert {
        "disk_root_used_percent",
        "battery_ups_percent",
        "proc_nginx_cpu_percent",
        "rpi_under_voltage",
        "swap_in_rate",
    } <= set(second)


def test_figures_are_plausible_over_an_hour(simulator, context):
    source = KIND.create(simulator.start(), context)
    source.open()
    seen_load = []

    for _ in range(60):
        context.clock.advance(60.0)
        simulator.update()
        values = read(source, context.clock)
        seen_load.append(values["cpu_percent"])
        assert 0.0 <= values["cpu_percent"] <= 100.0
        assert 30.0 <= values["temp_cpu_thermal"] <= 85.0
        assert 0.0 <= values["net_eth0_received_rate"] <= 1e8
        assert -90.0 <= values["wifi_wlan0_signal"] <= -30.0

    source.close()
    assert len({round(load) for load in seen_load}) > 1


def test_undervoltage_comes_and_goes(simulator, context):
    source = KIND.create(simulator.start(), context)
    source.open()
    seen = set()

    for _ in range(30):
        context.clock.advance(15.0)
        simulator.update()
        seen.add(read(source, context.clock)["rpi_under_voltage"])

    source.close()
    assert seen == {True, False}


def test_files_move_by_themselves_as_time_passes(simulator, context):
    uptime = Path(simulator.start().proc_root, "uptime")
    before = uptime.read_text()

    for _ in range(1000):
        context.clock.advance(1.0)
        if uptime.read_text() != before:
            break
        threading.Event().wait(0.01)

    assert uptime.read_text() != before


def test_settings_keep_what_the_user_chose(simulator):
    made = simulator.start()

    assert made.processes == ["nginx"]
    assert all(root.startswith(simulator.root) for root in (made.proc_root, made.sys_root))


def test_stopping_leaves_nothing_behind(context):
    simulator = KIND.simulate(SystemSettings(), context)
    simulator.start()
    root = Path(simulator.root)

    simulator.stop()

    assert not root.exists()
    assert not [t for t in threading.enumerate() if t.name == "system-simulator"]


def test_two_simulated_machines_do_not_meet(context):
    settings = SystemSettings(groups=["process"], processes=["one"])
    simulators = KIND.simulate(settings, context), KIND.simulate(settings, context)
    started = [simulator.start() for simulator in simulators]

    assert started[0].proc_root != started[1].proc_root
    for simulator in simulators:
        simulator.stop()


@given(st.floats(0, 1e6), st.floats(0, 1e4), st.floats(0, 1), st.floats(1, 1e4), st.floats(0, 1e3))
def test_a_sum_never_falls_when_the_figure_is_never_negative(t_s, step_s, part, period_s, phase_s):
    wave = Wave(1.0, part, period_s, phase_s)

    assert wave.sum_until(t_s + step_s) >= wave.sum_until(t_s) - 1e-6 * (t_s + 1)
