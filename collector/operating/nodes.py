"""A device node: where it leads to, whose it is, and what drives it."""

import grp
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What is known of a path below ``/dev`` without opening it.

    Attributes:
        path: As the configuration names it.
        target: What it leads to, links resolved; empty when nothing is there.
        driver: The name of its class in ``/proc/devices``, such as ``ttyUSB``; empty if unknown.
        is_usb: It hangs on USB, so it may be unplugged and come back under another number.
        is_device: It is a character device.
        group: The group that owns it; empty when nothing is there.
        mode: Its permission bits.
    """

    path: str
    target: str = ""
    driver: str = ""
    is_usb: bool = False
    is_device: bool = False
    group: str = ""
    mode: int = 0

    @property
    def usual_group(self) -> str:
        """The group that such a node belongs to on Debian, by its name; empty if unknown."""
        return next((group for name, group in _GROUPS.items() if re.match(name, self.path)), "")


_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        r"/dev/(tty|serial)": "dialout",
        r"/dev/i2c-": "i2c",
        r"/dev/gpio": "gpio",
        r"/dev/spidev": "spi",
        r"/dev/(video|vcio)": "video",
    }
)


def look_at(path: str) -> Node:
    """Look at a node; opens nothing."""
    try:
        status = Path(path).stat()
    except OSError:
        return Node(path=path)
    is_device = stat.S_ISCHR(status.st_mode)
    return Node(
        path=path,
        target=os.path.realpath(path),
        driver=_driver(os.major(status.st_rdev)) if is_device else "",
        is_usb=is_device and _is_usb(status.st_rdev),
        is_device=is_device,
        group=_group_name(status.st_gid),
        mode=stat.S_IMODE(status.st_mode),
    )


def drivers(text: str) -> dict[int, str]:
    """Return the classes of character devices by their major numbers, of ``/proc/devices``."""
    characters = text.partition("Block devices:")[0]
    rows = re.findall(r"^\s*(\d+) (\S+)$", characters, flags=re.MULTILINE)
    return {int(major): name for major, name in rows}


def _driver(major: int) -> str:
    try:
        return drivers(Path("/proc/devices").read_text("ascii")).get(major, "")
    except OSError:
        return ""


def _is_usb(device: int) -> bool:
    place = os.path.realpath(f"/sys/dev/char/{os.major(device)}:{os.minor(device)}")
    return "/usb" in place


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
