"""Mounts, fill levels and traffic: decoding, and the groups on trees of files."""

import contextlib
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_system.decode.disk import parse_diskstats, parse_mountinfo, usage
from collector_system.groups import disk

# A machine with an SD card, a bind mount of a directory, a snap, a server and kernel file systems.
MOUNTINFO = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw
30 27 179:1 / /boot/firmware rw,relatime shared:2 master:3 - vfat /dev/mmcblk0p1 rw
31 27 0:28 / /run rw,nosuid - tmpfs tmpfs rw,size=4k
32 27 179:2 /var/lib /srv/lib rw,noatime shared:1 - ext4 /dev/root rw
33 27 7:0 / /snap/core/1 ro,nodev - squashfs /dev/loop0 ro
34 27 0:40 / /mnt/nas rw,relatime - nfs4 nas.local:/export/data rw
35 27 0:41 / /mnt/auto rw - autofs systemd-1 rw
36 27 8:1 / /media/usb\\040stick rw - exfat /dev/sda1 rw
"""

# The first eleven figures are reads, merged, sectors, ms, writes, merged, sectors, ms, now, busy.
DISKSTATS = """\
   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 179       0 mmcblk0 36111 9007 2759266 14471 3019 12555 504264 1846 0 5296 16594 3427 56
 179       2 mmcblk0p2 36000 9000 2750000 14000 3000 12500 504000 1800 0 5200 16500 0 0
"""


def vfs(**fields):
    names = [
        "f_bsize",
        "f_frsize",
        "f_blocks",
        "f_bfree",
        "f_bavail",
        "f_files",
        "f_ffree",
        "f_favail",
        "f_flag",
        "f_namemax",
    ]
    return os.statvfs_result([fields.get(name, 0) for name in names])


FULL_VFS = vfs(f_frsize=4096, f_blocks=1000, f_bfree=300, f_bavail=250, f_files=50, f_ffree=40)


def test_file_systems_that_hold_files_are_kept_once():
    mounts = parse_mountinfo(MOUNTINFO)

    assert [mount.point for mount in mounts] == [
        "/",
        "/boot/firmware",
        "/mnt/nas",
        "/media/usb stick",
    ]
    assert (mounts[0].device, mounts[0].type, mounts[0].source) == ("179:2", "ext4", "/dev/root")


def test_the_root_counts_whatever_it_is():
    text = "27 1 0:30 / / rw - overlay overlay rw,lowerdir=/l\n"

    assert [mount.point for mount in parse_mountinfo(text)] == ["/"]


def test_a_later_mount_hides_the_earlier_one_on_its_point():
    text = MOUNTINFO + "40 27 8:2 / /boot/firmware rw - ext4 /dev/sda2 rw\n"

    [boot] = [mount for mount in parse_mountinfo(text) if mount.point == "/boot/firmware"]

    assert boot.source == "/dev/sda2"


def test_a_line_that_is_no_mount_is_named():
    with pytest.raises(ValueError, match="mountinfo"):
        parse_mountinfo("27 1 179:2 / / rw\n")


def test_usage_counts_like_df():
    used = usage(FULL_VFS)

    assert (used.total_bytes, used.used_bytes, used.free_bytes) == (4096000, 2867200, 1024000)
    assert used.used_percent == pytest.approx(100 * 700 / 950)
    assert used.inodes_used_percent == pytest.approx(20.0)
    assert used.read_only is False


def test_a_file_system_without_inodes_has_no_share_of_them():
    assert usage(vfs(f_frsize=512, f_blocks=8, f_bfree=8, f_bavail=8)).inodes_used_percent is None


def test_a_read_only_file_system_is_known_by_its_flag():
    assert usage(vfs(f_frsize=512, f_blocks=8, f_flag=os.ST_RDONLY)).read_only is True


def test_diskstats_give_counters_of_devices_that_were_used():
    devices = parse_diskstats(DISKSTATS)

    assert list(devices) == ["mmcblk0", "mmcblk0p2"]
    assert devices["mmcblk0"] == {
        "reads": 36111,
        "read": 2759266,
        "writes": 3019,
        "written": 504264,
        "busy": 5296,
    }


@given(st.integers(0, len(MOUNTINFO)), st.text(st.sampled_from("0:/ -\n\\8x"), max_size=30))
def test_any_text_is_understood_or_refused_with_a_value_error(at, odd):
    for parse, text in ((parse_mountinfo, MOUNTINFO), (parse_diskstats, DISKSTATS)):
        with contextlib.suppress(ValueError):
            parse(text[:at] + odd + text[at:])


@pytest.fixture
def card(machine):
    machine.proc("self/mountinfo", MOUNTINFO)
    machine.link("dev/block/179:2", "../../devices/platform/mmc/block/mmcblk0/mmcblk0p2")
    machine.sys("fs/ext4/mmcblk0p2/errors_count", "3\n")
    return machine


@pytest.fixture
def asked(monkeypatch):
    """Answer statvfs by the same figures for every path, and remember the paths."""
    paths = []

    def statvfs(path):
        paths.append(path)
        return FULL_VFS

    monkeypatch.setattr(disk.os, "statvfs", statvfs)
    return paths


def test_a_file_system_gives_its_figures_in_bits(card, asked):
    values = card.read(card.group("disk", disks={"include": ["/"]}))

    assert values == {
        "disk_root_total": 4096000 * 8.0,
        "disk_root_used": 2867200 * 8.0,
        "disk_root_free": 1024000 * 8.0,
        "disk_root_used_percent": pytest.approx(73.684, abs=1e-3),
        "disk_root_inodes_used": pytest.approx(20.0),
        "disk_root_read_only": False,
        "disk_root_answers": True,
        "disk_root_errors": 3.0,
    }


def test_mount_points_are_looked_up_below_the_configured_root(card, asked):
    card.read(card.group("disk", disks={"exclude": ["/mnt/*", "/media/*"]}))

    assert asked == [f"{card.root}/fs/", f"{card.root}/fs/boot/firmware"]


def test_a_mount_point_that_is_no_text_is_read_by_its_bytes_and_shown_as_text(card, asked):
    line = b"27 1 8:1 / /media/caf\xe9 rw - vfat /dev/sda1 rw\n"
    (card.root / "proc/self/mountinfo").write_bytes(line)
    group = card.group("disk")

    [name] = {metric.name for metric, _ in group.read(card.deadline()) if "size" in metric.name}

    assert os.fsencode(asked[0]).endswith(b"/media/caf\xe9")
    assert name == "Disk /media/caf\N{REPLACEMENT CHARACTER} size"


def test_a_server_that_is_gone_costs_only_its_own_figures(card, monkeypatch):
    let_go = threading.Event()

    def statvfs(path):
        if path.endswith("/mnt/nas"):
            card.clock.advance(60.0)  # longer than anything is waited for
            assert let_go.wait(10)
        return FULL_VFS

    monkeypatch.setattr(disk.os, "statvfs", statvfs)
    group = card.group("disk", disks={"include": ["/", "/mnt/nas"]})

    values = {metric.id: value for metric, value in group.read(card.deadline(600.0))}
    again = {metric.id: value for metric, value in group.read(card.deadline(600.0))}
    let_go.set()

    assert values["disk_mnt_nas_answers"] is False
    assert "disk_mnt_nas_used" not in values
    assert values["disk_root_used"] == 2867200 * 8.0
    assert again["disk_mnt_nas_answers"] is False


def test_a_disk_that_is_gone_does_not_answer(card, monkeypatch):
    def statvfs(path):
        raise FileNotFoundError(path)

    monkeypatch.setattr(disk.os, "statvfs", statvfs)

    values = card.read(card.group("disk", disks={"include": ["/boot*"]}))

    assert values == {"disk_boot_firmware_answers": False}


@pytest.fixture
def traffic(machine):
    machine.proc("diskstats", DISKSTATS)
    machine.sys("block/mmcblk0/size", "1\n")
    machine.sys("block/loop0/size", "1\n")
    return machine


def test_traffic_is_given_for_whole_devices_after_a_second_look(traffic):
    group = traffic.group("diskio")
    first = traffic.read(group)
    traffic.clock.advance(10.0)
    traffic.proc(
        "diskstats",
        "179 0 mmcblk0 36211 9007 2759366 14471 3069 12555 504464 1846 0 7796 16594\n",
    )

    second = traffic.read(group)

    assert first == {}
    assert second == {
        "io_mmcblk0_read_rate": 100 * 512 * 8 / 10,
        "io_mmcblk0_write_rate": 200 * 512 * 8 / 10,
        "io_mmcblk0_reads": 10.0,
        "io_mmcblk0_writes": 5.0,
        "io_mmcblk0_busy_percent": 25.0,
    }


def test_a_device_that_is_excluded_is_left_out(traffic):
    group = traffic.group("diskio", devices={"exclude": ["mmc*"]})
    traffic.read(group)
    traffic.clock.advance(10.0)

    assert traffic.read(group) == {}


def test_a_device_that_was_pulled_out_and_came_back_starts_afresh(traffic):
    group = traffic.group("diskio")
    traffic.read(group)
    traffic.clock.advance(10.0)
    traffic.proc("diskstats", "")
    traffic.read(group)
    traffic.clock.advance(10.0)
    traffic.proc("diskstats", DISKSTATS)

    assert traffic.read(group) == {}
