"""What `collector explain` says will be written to the disk, against what is; needs root.

    python tests/benchmarks/bench_forecast.py [SECONDS]

Each configuration runs with simulated devices on an ext4 of its own, once with an agent that
answers and once with one that is stopped; all at once, after a minute or two to start them.
"""

import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults.own_mounts import take_own_mounts
from faults.small_disk import LoopDisk
from place import Place
from running import Collector, agents_of

SETTLING_S = 15.0
MEGABYTES = 512


def meters(count: int, interval: str) -> str:
    return "".join(
        f'[[source]]\nplugin = "modbus"\nsensor = "meter-{number}"\ninterval = "{interval}"\n'
        f'link = {{ type = "tcp", host = "h{number}" }}\nprofile = "eastron-sdm120"\n'
        for number in range(count)
    )


def chips(count: int, interval: str) -> str:
    return "".join(
        f'[[source]]\nplugin = "i2c"\nsensor = "chip-{number}"\ninterval = "{interval}"\n'
        f'bus = {number}\ndevice = "sht31"\n'
        for number in range(count)
    )


MACHINE = '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "10s"\n'

CONFIGURATIONS = {  # sources, and more keys of the spool
    "10 meters, every second": (meters(10, "1s"), ""),
    "4 chips, every second": (chips(4, "1s"), ""),
    'the same, sync = "30s"': (chips(4, "1s"), 'sync = "30s"'),
    'the same, sync = "every"': (chips(4, "1s"), 'sync = "every"'),
    "1 chip, every 10 s": (chips(1, "10s"), ""),
    "this machine, every 10 s": (MACHINE, ""),
}


@dataclass
class Run:
    """A collector with a disk of its own."""

    name: str
    is_well: bool
    place: Place
    disk: LoopDisk
    forecast: dict[str, Any]
    collector: Collector
    written_bytes: int = 0
    began_s: float = 0.0

    def look(self) -> float:
        """Begin to measure; return what was written since the look before, in bytes a day."""
        self.disk.flush()
        now_s, written_bytes = time.monotonic(), self.disk.written_bytes
        per_day = (written_bytes - self.written_bytes) / (now_s - self.began_s) * 86400
        self.began_s, self.written_bytes = now_s, written_bytes
        return per_day

    def end(self) -> None:
        for agent in agents_of(self.collector.process.pid):
            os.kill(agent, signal.SIGCONT)
        self.place.clean_up()
        self.disk.close()


def start(root: Path, name: str, *, is_well: bool) -> Run:
    directory = root / f"{len(list(root.iterdir()))}"
    directory.mkdir()
    place, (sources, spool) = Place(directory), CONFIGURATIONS[name]
    disk = LoopDisk(directory / "disk.img", directory / "card", megabytes=MEGABYTES)
    place.configure(sources, tables=f'[spool]\ndirectory = "{disk.place}/spool"\n{spool}\n')
    shown = ["--measure", "--simulate"] if sources == MACHINE else []
    code, output, complaints = place.ask("explain", "--json", *shown)
    assert code == 0, complaints
    collector = place.collector("--simulate")
    collector.wait_until_confirmed(2)
    if not is_well:
        for agent in agents_of(collector.process.pid):
            os.kill(agent, signal.SIGSTOP)
    return Run(name, is_well, place, disk, json.loads(output)["storage"], collector)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 240.0
    take_own_mounts()
    with tempfile.TemporaryDirectory() as root:
        runs = [
            start(Path(root), name, is_well=is_well)
            for name in CONFIGURATIONS
            for is_well in (True, False)
        ]
        try:
            time.sleep(SETTLING_S)
            for run in runs:
                run.look()
            time.sleep(seconds)
            tell([(run, run.look()) for run in runs])
        finally:
            for run in runs:
                run.end()


def tell(measured: list[tuple[Run, float]]) -> None:
    print(f"{'MB a day':30} {'':12} foretold  written")
    for run, written in measured:
        foretold = run.forecast["healthy_bytes" if run.is_well else "outage_bytes"]
        state = "well" if run.is_well else "in an outage"
        print(
            f"{run.name:30} {state:12} {foretold / 1e6:8.0f} {written / 1e6:8.0f}"
            f" {foretold / written - 1:+7.0%}"
        )


if __name__ == "__main__":
    main()
