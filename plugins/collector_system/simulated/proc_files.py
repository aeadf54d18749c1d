"""The process file system of the simulated machine."""

from collections.abc import Iterable, Mapping

from collector_system.simulated.wave import Wave

CORES = 4
TICKS_PER_S = 100
BUSY = tuple(Wave(0.3, 0.25, 120.0, phase_s=15.0 * core) for core in range(CORES))
"""The share of its time that each core works."""

_RECEIVED = Wave(250_000.0, 200_000.0, 90.0)
_SENT = Wave(60_000.0, 45_000.0, 70.0)
_READ_SECTORS = Wave(40.0, 35.0, 60.0)
_WRITTEN_SECTORS = Wave(300.0, 250.0, 45.0)
_MEMORY_KIB = 3_882_864
_MEMORY_USED_KIB = Wave(1_400_000.0, 300_000.0, 300.0)
_SIGNAL_DBM = Wave(-58.0, 7.0, 200.0)
_STALLED_SHARE = Wave(0.02, 0.015, 80.0)
_FIRST_PID = 400
_PACKET_BYTES = 900

FIXED: Mapping[str, str] = {
    "self/mountinfo": (
        "21 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw\n"
        "30 21 179:1 / /boot/firmware rw,relatime shared:10 - vfat /dev/mmcblk0p1 rw,fmask=0022\n"
        "31 21 0:22 / /sys rw,nosuid shared:5 - sysfs sysfs rw\n"
    ),
}
"""Files that do not change."""


def proc_files(t_s: float, boot_time_s: int, programs: Iterable[str]) -> dict[str, str]:
    """Return path and text of every file that moves.

    Args:
        t_s: Seconds since the simulated machine was started.
        boot_time_s: When that was, in seconds since the epoch.
        programs: Names of the programs that run on it.
    """
    load = sum(core.at(t_s) for core in BUSY)
    return {
        "uptime": f"{t_s:.2f} {t_s * CORES * 0.7:.2f}\n",
        "loadavg": f"{load:.2f} {load * 0.9:.2f} {load * 0.8:.2f} 1/214 9000\n",
        "stat": _stat(t_s, boot_time_s),
        "meminfo": _meminfo(t_s),
        "vmstat": f"nr_free_pages 500000\npswpin {int(t_s * 2)}\npswpout {int(t_s * 3)}\n",
        "diskstats": _diskstats(t_s),
        "net/dev": _net_dev(t_s),
        "net/wireless": _wireless(t_s),
        "sys/fs/file-nr": f"{1500 + int(200 * load)}\t0\t9223372036854775807\n",
        **_pressure(t_s),
        **_processes(t_s, programs),
    }


def _stat(t_s: float, boot_time_s: int) -> str:
    cores = [_core_ticks(wave, t_s) for wave in BUSY]
    together = [sum(column) for column in zip(*cores, strict=True)]
    rows = [("cpu ", together), *((f"cpu{number}", ticks) for number, ticks in enumerate(cores))]
    lines = [f"{name} {' '.join(map(str, ticks))} 0 0" for name, ticks in rows]
    return "\n".join([*lines, f"btime {boot_time_s}", "procs_running 2", "procs_blocked 0", ""])


def _core_ticks(busy: Wave, t_s: float) -> list[int]:
    worked = busy.sum_until(t_s) * TICKS_PER_S
    user, system, iowait, softirq = (int(worked * share) for share in (0.7, 0.22, 0.05, 0.03))
    idle = int(t_s * TICKS_PER_S) - user - system - iowait - softirq
    return [user, 0, system, idle, iowait, 0, softirq, 0]


def _meminfo(t_s: float) -> str:
    available = _MEMORY_KIB - int(_MEMORY_USED_KIB.at(t_s))
    figures = {
        "MemTotal": _MEMORY_KIB,
        "MemFree": available // 2,
        "MemAvailable": available,
        "SwapTotal": 524_284,
        "SwapFree": 480_000,
    }
    return "".join(f"{name}: {kib} kB\n" for name, kib in figures.items())


def _diskstats(t_s: float) -> str:
    read, written = int(_READ_SECTORS.sum_until(t_s)), int(_WRITTEN_SECTORS.sum_until(t_s))
    busy_ms = int(_STALLED_SHARE.sum_until(t_s) * 1000)
    figures = f"{read // 16} 0 {read} 900 {written // 32} 0 {written} 4000 0 {busy_ms} 4900"
    return f" 179 0 mmcblk0 {figures}\n 179 2 mmcblk0p2 {figures}\n"


def _net_dev(t_s: float) -> str:
    received, sent = int(_RECEIVED.sum_until(t_s)), int(_SENT.sum_until(t_s))
    rows = {"lo": (100 * received // 101, 0), "eth0": (received, sent), "wlan0": (sent, sent)}
    lines = [
        f"{name:>6}: {down} {down // _PACKET_BYTES} 0 {int(t_s / 600)} 0 0 0 0"
        f" {up} {up // _PACKET_BYTES} 0 0 0 0 0 0\n"
        for name, (down, up) in rows.items()
    ]
    return "Inter-|   Receive  |  Transmit\n face |bytes packets |bytes packets\n" + "".join(lines)


def _wireless(t_s: float) -> str:
    level = _SIGNAL_DBM.at(t_s)
    heads = "Inter-| sta-|   Quality | Discarded | Missed | WE\n face | tus | link level noise |\n"
    return f"{heads} wlan0: 0000   {level + 110:.0f}.  {level:.0f}.  -256  0 0 0 0 12 0\n"


def _pressure(t_s: float) -> dict[str, str]:
    stalled_us = int(_STALLED_SHARE.sum_until(t_s) * 1e6)
    some = f"some avg10=0.00 avg60=0.00 avg300=0.00 total={stalled_us}\n"
    full = f"full avg10=0.00 avg60=0.00 avg300=0.00 total={stalled_us // 2}\n"
    return {f"pressure/{resource}": some + full for resource in ("cpu", "io", "memory")}


def _processes(t_s: float, programs: Iterable[str]) -> dict[str, str]:
    files: dict[str, str] = {}
    for pid, name in enumerate(programs, start=_FIRST_PID):
        ticks = int(BUSY[0].sum_until(t_s) * TICKS_PER_S / 10)
        files[f"{pid}/stat"] = _process_stat(pid, name, ticks)
        files[f"{pid}/statm"] = "4000 2500 900 1 0 800 0\n"
        files[f"{pid}/cmdline"] = f"/usr/bin/{name}\0"
    return files


def _process_stat(pid: int, name: str, ticks: int) -> str:
    # Columns 14 and 15 are the times, 22 the start in ticks after boot; see proc(5).
    head = f"{pid} ({name[:15]}) S 1 {pid} {pid} 0 -1 4194560 100 0 0 0"
    tail = " ".join(["0"] * 30)
    return f"{head} {ticks} {ticks // 4} 0 0 20 0 1 0 {pid} 16384000 2500 {tail}\n"
