"""The source as a whole: its groups, its metrics, and what a fault costs."""

import logging
import pickle

import pytest

from collector import Group, Metric, SourceFaultError, SourceUnavailableError, ValueUnit

STAT = "cpu  100 0 50 800 30 0 0 0 0 0\nbtime 1795484795\nprocs_running 3\nprocs_blocked 1\n"
LATER_STAT = STAT.replace("100 0 50 800 30", "140 0 70 830 40")
NET_DEV = "a\nb\neth0: 5000 10 0 0 0 0 0 0 800 8 0 0\n"


@pytest.fixture
def host(machine):
    machine.proc("stat", STAT)
    machine.proc("loadavg", "0.52 0.41 0.30 1/92 5648\n")
    machine.proc("meminfo", "MemTotal: 1000 kB\nMemAvailable: 400 kB\n")
    machine.proc("net/dev", NET_DEV)
    return machine


def values_of(source, machine, group=""):
    readings = list(source.read(group, machine.deadline()))
    assert len(readings) == 1
    return readings[0].values


def test_everything_leaves_in_one_reading_of_the_configured_sensor(host):
    source = host.source(groups=["cpu", "memory"])
    source.open()

    [reading] = source.read("", host.deadline())

    assert reading.sensor == ""
    assert {"load_1min", "memory_used"} <= set(reading.values)


def test_opening_takes_the_first_look_so_that_the_first_read_has_rates(host):
    source = host.source(groups=["cpu"])
    source.open()
    host.proc("stat", LATER_STAT)
    host.clock.advance(0.5)

    assert values_of(source, host)["cpu_percent"] == 60.0


def test_a_read_right_after_opening_has_no_rates(host):
    source = host.source(groups=["cpu"])
    source.open()

    assert "cpu_percent" not in values_of(source, host)


def test_after_reopening_rates_start_afresh(host):
    source = host.source(groups=["network"])
    source.open()
    source.close()
    host.clock.advance(3600.0)
    source.open()

    assert "net_eth0_received_rate" not in values_of(source, host)


def test_groups_with_an_interval_of_their_own_are_read_on_their_own(host):
    source = host.source(groups=["cpu", "memory"], intervals={"memory": "5min"})
    source.open()

    assert list(source.groups) == [Group(""), Group("memory", 300.0)]
    assert set(values_of(source, host)) == {"load_1min", "load_5min", "load_15min"}
    assert all(name.startswith("memory_") for name in values_of(source, host, "memory"))


def test_there_is_no_common_group_when_every_group_has_its_own_interval(host):
    source = host.source(groups=["memory"], intervals={"memory": "5min"})

    assert list(source.groups) == [Group("memory", 300.0)]


def test_metrics_that_every_machine_has_are_known_before_opening(host):
    source = host.source(groups=["memory"])

    assert Metric(id="memory_used", name="Memory used", unit=ValueUnit.BIT) in source.metrics


def test_metrics_of_things_are_known_once_they_were_seen(host):
    source = host.source(groups=["network"])
    before = {metric.id for metric in source.metrics}
    source.open()
    host.proc("net/dev", NET_DEV + NET_DEV.splitlines()[2].replace("eth0", "usb0") + "\n")

    values = values_of(source, host)

    assert before == set()
    assert "net_usb0_received_errors" in values
    assert set(values) <= {metric.id for metric in source.metrics}


def test_making_a_source_reads_nothing(machine):
    machine.source()


def test_without_a_process_file_system_opening_says_what_is_missing(machine):
    source = machine.source()

    with pytest.raises(SourceFaultError, match="proc_root has to be a mounted procfs"):
        source.open()
    source.close()
    source.close()


def test_a_group_that_fails_costs_only_itself_and_is_said_once(host, caplog):
    caplog.set_level(logging.INFO)
    host.proc("meminfo", "nonsense\n")
    source = host.source(groups=["cpu", "memory"])
    source.open()

    first, second = values_of(source, host), values_of(source, host)
    host.proc("meminfo", "MemTotal: 1000 kB\nMemAvailable: 400 kB\n")
    recovered = values_of(source, host)

    assert set(first) == set(second) == {"load_1min", "load_5min", "load_15min"}
    assert "memory_used" in recovered
    assert caplog.messages == [
        "memory cannot be read: /proc/meminfo: there is no line 'MemTotal'",
        "memory can be read again",
    ]


def test_when_every_group_fails_the_source_is_unavailable(host):
    host.remove("proc/meminfo")
    source = host.source(groups=["memory"])
    source.open()

    with pytest.raises(SourceUnavailableError, match="memory cannot be read"):
        source.read("", host.deadline())


def test_a_group_that_the_machine_does_not_have_gives_no_reading(host):
    source = host.source(groups=["raspberry"])
    source.open()

    assert list(source.read("", host.deadline())) == []


def test_what_a_failing_group_gave_before_it_failed_is_kept(host):
    host.remove("proc/loadavg")
    source = host.source(groups=["cpu", "memory"])
    source.open()
    host.proc("stat", LATER_STAT)
    host.clock.advance(1.0)

    assert values_of(source, host)["cpu_percent"] == 60.0


def test_settings_and_readings_can_be_sent_to_another_process(host):
    source = host.source(groups=["memory"])
    source.open()
    readings = list(source.read("", host.deadline()))
    settings = host.settings(intervals={"cpu": "1min"})

    assert settings == pickle.loads(pickle.dumps(settings))
    assert readings == pickle.loads(pickle.dumps(readings))
