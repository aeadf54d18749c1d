"""What each group takes out of a tree of files."""

import pytest

STAT = """\
cpu  100 0 50 800 30 0 0 0 0 0
cpu0 100 0 50 800 30 0 0 0 0 0
btime 1795484795
procs_running 3
procs_blocked 1
"""
LATER_STAT = STAT.replace("100 0 50 800 30 0 0 0", "140 0 70 830 40 0 0 0")

NET_HEAD = "Inter-| Receive | Transmit\n face |bytes |bytes\n"


def net_line(name, received, sent, errors=0):
    return f"{name}: {received} {received // 100} {errors} 7 0 0 0 0 {sent} {sent // 100} 0 8\n"


@pytest.fixture
def cpu(machine):
    machine.proc("stat", STAT)
    machine.proc("loadavg", "0.52 0.41 0.30 1/92 5648\n")
    return machine


def test_cpu_gives_load_at_once_and_shares_after_a_second_look(cpu):
    group = cpu.group("cpu")
    first = cpu.read(group)
    cpu.clock.advance(1.0)
    cpu.proc("stat", LATER_STAT)

    second = cpu.read(group)

    load = {"load_1min": 0.52, "load_5min": 0.41, "load_15min": 0.30}
    assert first == load
    assert second == load | {
        "cpu_percent": 60.0,
        "cpu_user_percent": 40.0,
        "cpu_system_percent": 20.0,
        "cpu_iowait_percent": 10.0,
        "cpu_idle_percent": 30.0,
        "cpu_steal_percent": 0.0,
    }


def test_cpu_shares_too_soon_are_left_out_and_come_with_the_next_look(cpu):
    group = cpu.group("cpu")
    cpu.read(group)
    cpu.clock.advance(0.3)
    cpu.proc("stat", LATER_STAT)

    too_soon = cpu.read(group)
    cpu.clock.advance(0.3)
    later = cpu.read(group)

    assert "cpu_percent" not in too_soon
    assert later["cpu_percent"] == 60.0


def test_cores_are_given_when_asked_for(cpu):
    group = cpu.group("cpu", per_core=True)
    cpu.read(group)
    cpu.clock.advance(1.0)
    cpu.proc("stat", LATER_STAT)

    assert cpu.read(group)["cpu_core0_percent"] == 60.0


def test_a_core_that_was_switched_off_is_left_out(cpu):
    group = cpu.group("cpu", per_core=True)
    cpu.read(group)
    cpu.clock.advance(1.0)
    cpu.proc("stat", LATER_STAT.replace("cpu0 140 0 70 830 40 0 0 0 0 0\n", ""))

    assert "cpu_core0_percent" not in cpu.read(group)


def test_frequency_is_the_mean_of_the_cores_in_hertz(cpu):
    cpu.sys("devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "600000\n")
    cpu.sys("devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "1500000\n")
    cpu.sys("devices/system/cpu/cpufreq/policy0/scaling_cur_freq", "1\n")

    assert cpu.read(cpu.group("cpu"))["cpu_frequency"] == 1.05e9


def test_memory_is_given_in_bits(machine):
    machine.proc("meminfo", "MemTotal: 1000 kB\nMemAvailable: 400 kB\n")

    assert machine.read(machine.group("memory")) == {
        "memory_total": 8192000.0,
        "memory_used": 4915200.0,
        "memory_available": 3276800.0,
        "memory_used_percent": 60.0,
    }


def test_swap_gives_its_traffic_after_a_second_look(machine):
    machine.proc("meminfo", "SwapTotal: 1000 kB\nSwapFree: 750 kB\n")
    machine.proc("vmstat", "pswpin 10\npswpout 20\n")
    group = machine.group("swap")
    first = machine.read(group)
    machine.clock.advance(2.0)
    machine.proc("vmstat", "pswpin 12\npswpout 20\n")

    second = machine.read(group)

    assert first == {"swap_total": 8192000.0, "swap_used": 2048000.0, "swap_used_percent": 25.0}
    assert second["swap_in_rate"] == pytest.approx(4096 * 8)
    assert second["swap_out_rate"] == 0.0


@pytest.fixture
def network(machine):
    machine.proc("net/dev", NET_HEAD + net_line("eth0", 5000, 800, errors=2) + net_line("lo", 9, 9))
    machine.sys("class/net/eth0/operstate", "up\n")
    machine.sys("class/net/eth0/speed", "1000\n")
    return machine


def test_an_interface_gives_errors_and_state_at_once_and_rates_later(network):
    group = network.group("network")
    first = network.read(group)
    network.clock.advance(4.0)
    network.proc("net/dev", NET_HEAD + net_line("eth0", 9000, 1800, errors=2))

    second = network.read(group)

    totals = {
        "net_eth0_received_errors": 2.0,
        "net_eth0_sent_errors": 0.0,
        "net_eth0_received_drops": 7.0,
        "net_eth0_sent_drops": 8.0,
        "net_eth0_up": True,
        "net_eth0_speed": 1e9,
    }
    assert first == totals
    assert second == totals | {"net_eth0_received_rate": 8000.0, "net_eth0_sent_rate": 2000.0}


def test_an_interface_that_restarted_gives_no_rate_once(network):
    group = network.group("network")
    network.read(group)
    network.clock.advance(4.0)
    network.proc("net/dev", NET_HEAD + net_line("eth0", 400, 300))
    at_the_restart = network.read(group)
    network.clock.advance(4.0)
    network.proc("net/dev", NET_HEAD + net_line("eth0", 800, 300))

    after_it = network.read(group)

    assert "net_eth0_received_rate" not in at_the_restart
    assert after_it["net_eth0_received_rate"] == 800.0


def test_an_interface_that_was_pulled_out_and_came_back_starts_afresh(network):
    group = network.group("network")
    network.read(group)
    network.clock.advance(4.0)
    network.proc("net/dev", NET_HEAD)
    network.read(group)
    network.clock.advance(4.0)
    network.proc("net/dev", NET_HEAD + net_line("eth0", 900_000, 900_000, errors=2))

    assert "net_eth0_received_rate" not in network.read(group)


def test_a_link_that_is_down_has_no_speed(network):
    network.sys("class/net/eth0/operstate", "down\n")

    values = network.read(network.group("network"))

    assert values["net_eth0_up"] is False
    assert "net_eth0_speed" not in values


def test_only_chosen_interfaces_are_given(network):
    network.proc("net/dev", NET_HEAD + net_line("eth0", 1, 1) + net_line("usb0", 1, 1))

    values = network.read(network.group("network", interfaces={"include": ["usb*"]}))

    assert {name.split("_")[1] for name in values} == {"usb0"}


def test_a_radio_link_gives_level_and_quality(machine):
    machine.proc("net/wireless", "a\nb\n wlan0: 0000   59.  -51.  -256  0 0 0 0 12 0\n")

    values = machine.read(machine.group("wireless"))

    assert values == {"wifi_wlan0_signal": -51.0, "wifi_wlan0_quality": 59.0}


def test_a_machine_without_wifi_gives_nothing(machine):
    assert machine.read(machine.group("wireless")) == {}


def test_supplies_give_what_their_drivers_tell(machine):
    machine.sys("class/power_supply/ups/type", "Battery\n")
    machine.sys("class/power_supply/ups/capacity", "78\n")
    machine.sys("class/power_supply/ups/status", "Discharging\n")
    machine.sys("class/power_supply/ups/voltage_now", "4006209\n")
    machine.sys("class/power_supply/ups/current_now", "-420000\n")
    machine.sys("class/power_supply/AC/type", "Mains\n")
    machine.sys("class/power_supply/AC/online", "0\n")

    assert machine.read(machine.group("battery")) == {
        "power_AC_online": False,
        "battery_ups_percent": 78.0,
        "battery_ups_status": "Discharging",
        "battery_ups_voltage": pytest.approx(4.006209),
        "battery_ups_current": pytest.approx(-0.42),
    }


def test_the_system_gives_uptime_clock_and_open_files(machine):
    machine.proc("uptime", "1317.72 2564.78\n")
    machine.proc("stat", STAT)
    machine.proc("sys/fs/file-nr", "500\t0\t1000\n")
    machine.clock.synchronized = False

    assert machine.read(machine.group("system")) == {
        "uptime": 1317.72,
        "boot_time": 1795484795.0,
        "clock_synchronized": False,
        "file_handles": 500.0,
        "file_handles_percent": 50.0,
    }


def pressure(machine, some_us, full_us):
    for resource in ("cpu", "io", "memory"):
        lines = f"some avg10=0.00 total={some_us}\nfull avg10=0.00 total={full_us}\n"
        machine.proc(f"pressure/{resource}", lines)


def test_pressure_is_the_share_of_the_time_between_two_looks(machine):
    pressure(machine, 1_000_000, 0)
    group = machine.group("pressure")
    first = machine.read(group)
    machine.clock.advance(10.0)
    pressure(machine, 2_000_000, 500_000)

    second = machine.read(group)

    assert first == {}
    assert second == {
        "pressure_cpu_some": pytest.approx(10.0),
        "pressure_io_some": pytest.approx(10.0),
        "pressure_io_full": pytest.approx(5.0),
        "pressure_memory_some": pytest.approx(10.0),
        "pressure_memory_full": pytest.approx(5.0),
    }


def test_a_kernel_without_pressure_gives_nothing(machine):
    assert machine.read(machine.group("pressure")) == {}


def test_flash_memory_gives_its_wear(machine):
    machine.sys("block/mmcblk0/device/life_time", "0x01 0x03\n")
    machine.sys("block/mmcblk0/device/pre_eol_info", "0x02\n")
    machine.sys("block/sda/device/model", "disk\n")
    # As documented in Documentation/ABI/testing/sysfs-fs-ext4: kilobytes of 1024 bytes.
    machine.sys("fs/ext4/mmcblk0p2/lifetime_write_kbytes", "183467512\n")
    machine.sys("fs/ext4/features/casefold", "supported\n")

    assert machine.read(machine.group("wear")) == {
        "wear_mmcblk0p2_written": 187870732288 * 8.0,
        "wear_mmcblk0_slc_used": 0.0,
        "wear_mmcblk0_mlc_used": 20.0,
        "wear_mmcblk0_reserve": "warning",
    }


def test_an_sd_card_has_no_wear_registers(machine):
    machine.sys("block/mmcblk0/device/name", "SC32G\n")

    assert machine.read(machine.group("wear")) == {}
