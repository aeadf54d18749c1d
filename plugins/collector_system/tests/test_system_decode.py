"""Texts of the kernel, with where each comes from, and what they mean."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_system.decode.board import parse_life_time, parse_pre_eol, parse_throttled
from collector_system.decode.cpu import CpuTimes, cpu_shares, parse_loadavg, parse_stat
from collector_system.decode.kernel import parse_file_nr, parse_pressure, parse_uptime
from collector_system.decode.memory import memory, parse_meminfo, parse_swapped_pages, swap
from collector_system.decode.network import (
    is_up,
    link_speed,
    parse_net_dev,
    parse_wireless,
)

# Two cores of an x86-64 machine, kernel 6.18.
STAT = """\
cpu  3825 0 2202 256478 384 0 37 345 0 0
cpu0 571 0 847 130005 11 0 5 188 0 0
cpu1 3254 0 1354 126472 372 0 31 157 0 0
intr 177285 0 0 5 0
ctxt 264781
btime 1795484795
processes 5648
procs_running 1
procs_blocked 2
softirq 100 1 2
"""

# The line is in the kernel's own format (net/wireless/wext-proc.c); -256: no noise level known.
WIRELESS = """\
Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   59.  -51.  -256        0      0      0      0     12        0
"""

NET_DEV = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo
    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0
  eth0:63736207    1733    1    2    0     0          0         0   116796    1025    3    4    0
eth0:1:     100       1    0    0    0     0          0         0      200       2    0    0    0
"""


def test_stat_gives_the_times_of_all_processors_and_of_each():
    stat = parse_stat(STAT)

    assert set(stat.cpus) == {"cpu", "cpu0", "cpu1"}
    assert stat.cpus["cpu"] == CpuTimes(3825, 0, 2202, 256478, 384, 0, 37, 345)
    assert (stat.boot_time_s, stat.running, stat.blocked) == (1795484795, 1, 2)


def test_shares_are_parts_of_the_time_between_two_looks():
    before = CpuTimes(100, 0, 50, 800, 30, 0, 0, 0)
    now = CpuTimes(130, 10, 65, 830, 40, 2, 3, 0)

    shares = cpu_shares(before, now)

    assert shares is not None
    assert (shares.user, shares.system, shares.iowait) == (40.0, 20.0, 10.0)
    assert (shares.idle, shares.steal, shares.busy) == (30.0, 0.0, 60.0)


def test_no_tick_passed_gives_no_shares():
    times = CpuTimes(1, 2, 3, 4, 5, 6, 7, 8)

    assert cpu_shares(times, times) is None


_TICKS = st.builds(CpuTimes, *[st.integers(0, 2**40)] * 8)


@given(_TICKS, _TICKS)
def test_shares_are_percentages_that_add_up_even_when_a_time_falls(before, now):
    shares = cpu_shares(before, now)

    if shares is not None:
        parts = (shares.user, shares.system, shares.iowait, shares.idle, shares.steal)
        assert all(0.0 <= part <= 100.0 + 1e-9 for part in (*parts, shares.busy))
        assert sum(parts) == pytest.approx(100.0)
        assert shares.busy + shares.idle + shares.iowait == pytest.approx(100.0)


def test_loadavg_gives_three_means_and_the_tasks():
    load = parse_loadavg("0.52 0.41 0.30 1/92 5648\n")

    assert (load.over_1min, load.over_5min, load.over_15min, load.tasks) == (0.52, 0.41, 0.30, 92)


def test_memory_used_is_what_is_not_available():
    text = "MemTotal:       24684084 kB\nMemAvailable:   24403788 kB\nHugePages_Total:       0\n"

    space = memory(parse_meminfo(text))

    assert (space.total_bytes, space.used_bytes) == (25276502016, 280296 * 1024)
    assert space.used_percent == pytest.approx(1.13553, abs=1e-5)


def test_old_kernels_get_an_estimate_of_what_is_available():
    text = "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 250 kB\n"

    assert memory(parse_meminfo(text)).free_bytes == 400 * 1024


def test_a_machine_without_swap_has_size_zero_and_no_share():
    space = swap(parse_meminfo("SwapTotal: 0 kB\nSwapFree: 0 kB\n"))

    assert (space.total_bytes, space.used_percent) == (0, None)


def test_swapped_pages_come_from_vmstat():
    assert parse_swapped_pages("pgfault 7\npswpin 12\npswpout 34\n") == {"in": 12, "out": 34}


def test_net_dev_gives_counters_even_without_a_blank_and_for_aliases():
    interfaces = parse_net_dev(NET_DEV)

    assert list(interfaces) == ["lo", "eth0", "eth0:1"]
    assert interfaces["eth0"] == {
        "received_bytes": 63736207,
        "received_packets": 1733,
        "received_errors": 1,
        "received_drops": 2,
        "sent_bytes": 116796,
        "sent_packets": 1025,
        "sent_errors": 3,
        "sent_drops": 4,
    }


def test_wireless_gives_quality_and_level_and_no_noise_where_there_is_none():
    radio = parse_wireless(WIRELESS)["wlan0"]

    assert (radio.quality, radio.signal_dbm, radio.noise_dbm) == (59.0, -51.0, None)


def test_no_wifi_is_no_links():
    assert parse_wireless("") == {}


@pytest.mark.parametrize(
    ("operstate", "up"),
    [("up", True), ("unknown", True), ("down", False), ("lowerlayerdown", False), (None, None)],
)
def test_an_interface_is_up_when_the_kernel_says_so(operstate, up):
    assert is_up(operstate) is up


@pytest.mark.parametrize(("megabits", "speed"), [(1000, 1e9), (-1, None), (None, None)])
def test_a_link_without_a_speed_has_none(megabits, speed):
    assert link_speed(megabits) == speed


def test_uptime_is_the_first_figure():
    assert parse_uptime("1317.72 2564.78\n") == 1317.72


def test_open_files_are_those_allocated_and_in_use():
    files = parse_file_nr("557\t57\t1000\n")

    assert (files.used, files.used_percent) == (500, 50.0)


def test_a_limit_that_is_none_gives_no_share():
    assert parse_file_nr("557\t0\t9223372036854775807\n").used_percent is None


def test_pressure_is_the_time_stalled():
    text = (
        "some avg10=0.00 avg60=0.00 avg300=0.03 total=3726823\n"
        "full avg10=0.00 avg60=0.00 avg300=0.03 total=3588490\n"
    )

    assert parse_pressure(text) == {"some": 3726823, "full": 3588490}


# 0x50000 and 0x50005 are what users post; bits 0-3: now, 16-19: at some time before.
@pytest.mark.parametrize(
    ("text", "now", "before"),
    [
        ("throttled=0x0\n", "----", "----"),
        ("throttled=0x50000\n", "----", "u-t-"),
        ("throttled=0x50005\n", "u-t-", "u-t-"),
        ("throttled=0x80008\n", "---h", "---h"),
        ("50005\n", "u-t-", "u-t-"),
        ("20002", "-f--", "-f--"),
    ],
)
def test_throttled_flags_are_told_apart(text, now, before):
    health = parse_throttled(text)

    flags_now = (
        health.under_voltage,
        health.frequency_capped,
        health.throttled,
        health.temperature_limit,
    )
    flags_before = (
        health.under_voltage_occurred,
        health.frequency_capped_occurred,
        health.throttled_occurred,
        health.temperature_limit_occurred,
    )
    assert now == _letters(flags_now)
    assert before == _letters(flags_before)


def _letters(flags):
    return "".join(letter if flag else "-" for letter, flag in zip("ufth", flags, strict=True))


# The kernel prints "0x%02x 0x%02x" (drivers/mmc/core/mmc.c); the steps are JEDEC's.
@pytest.mark.parametrize(
    ("text", "slc", "mlc"),
    [
        ("0x01 0x03\n", 0.0, 20.0),
        ("0x0a 0x0b\n", 90.0, 100.0),
        ("0x00 0x00\n", None, None),
        ("0x0c 0x01\n", None, 0.0),
    ],
)
def test_emmc_life_is_the_lower_end_of_its_step(text, slc, mlc):
    life = parse_life_time(text)

    assert (life.slc_used_percent, life.mlc_used_percent) == (slc, mlc)


@pytest.mark.parametrize(
    ("text", "state"),
    [("0x01\n", "normal"), ("0x02\n", "warning"), ("0x03\n", "urgent"), ("0x00\n", None)],
)
def test_the_reserve_of_an_emmc_has_three_states(text, state):
    assert parse_pre_eol(text) == state


@pytest.mark.parametrize(
    ("parse", "text", "complaint"),
    [
        (parse_stat, "cpu 1 2 3\n", "/proc/stat"),
        (parse_stat, "cpu 1 2 3 4 5 6 7 8 9 10\n", "btime"),
        (parse_loadavg, "0.1 0.2", "/proc/loadavg"),
        (parse_swapped_pages, "pswpin 1\n", "/proc/vmstat"),
        (parse_net_dev, "\n\neth0: 1 2 3\n", "/proc/net/dev"),
        (parse_wireless, "\n\nwlan0: 0000 59.\n", "/proc/net/wireless"),
        (parse_file_nr, "1 2\n", "/proc/sys/fs/file-nr"),
        (parse_pressure, "some avg10=0.00\n", "/proc/pressure"),
        (parse_throttled, "VCHI initialization failed\n", "get_throttled"),
        (parse_life_time, "0x01\n", "life_time"),
    ],
)
def test_a_text_that_is_something_else_is_named(parse, text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse(text)


def test_meminfo_without_its_total_is_named():
    with pytest.raises(ValueError, match="MemTotal"):
        memory(parse_meminfo(""))


_PARSERS = [
    parse_stat,
    parse_loadavg,
    parse_meminfo,
    parse_swapped_pages,
    parse_net_dev,
    parse_wireless,
    parse_uptime,
    parse_file_nr,
    parse_pressure,
    parse_throttled,
    parse_life_time,
    parse_pre_eol,
]


@given(
    st.sampled_from(_PARSERS),
    st.sampled_from([STAT, WIRELESS, NET_DEV, "", "pswpin 1\npswpout 2\n", "a\nb\n"]),
    st.text(st.sampled_from("cpu0 1-:./=x\n\\kB"), max_size=40),
    st.integers(0, 200),
)
def test_any_text_is_understood_or_refused_with_a_value_error(parse, text, odd, at):
    with contextlib.suppress(ValueError):
        parse(text[:at] + odd + text[at:])
