"""A sysfs with a simulated device of each kind, where the kernel has such devices."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector import Clock
from collector_i2c.kernel.simulated import Files, hwmon_files, iio_files, w1_files

_IIO, _HWMON, _W1 = "bme280", "sht3x", "28-0316a2794b2f"


@contextmanager
def simulated_sysfs(clock: Clock) -> Iterator[Path]:
    """Give the root of such a sysfs for as long as the ``with`` lasts."""
    now_s = clock.monotonic_s()
    with tempfile.TemporaryDirectory(prefix="collector-sysfs-") as folder:
        root = Path(folder)
        on_bus = root / "devices/platform/i2c-1"
        iio, hwmon = on_bus / "1-0077/iio:device0", on_bus / "1-0045/hwmon/hwmon0"
        _write(iio, iio_files(_IIO, _IIO, now_s))
        _write(hwmon, hwmon_files(_HWMON, _HWMON, now_s))
        _write(root / "bus/w1/devices" / _W1, w1_files(_W1, now_s))
        _link(root / "bus/iio/devices/iio:device0", iio)
        _link(root / "class/hwmon/hwmon0", hwmon)
        yield root


def _write(folder: Path, files: Files) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def _link(link: Path, target: Path) -> None:
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
