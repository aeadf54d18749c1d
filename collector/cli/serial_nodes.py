"""Which serial ports there are, by the names that stay the same."""

from pathlib import Path

_NO_DEVICE = "0"
"""What the file ``type`` says of a port of a PC that no chip is behind (serial_core.h)."""


def serial_nodes(sys_root: Path = Path("/sys"), dev: Path = Path("/dev")) -> list[str]:
    """Return the device nodes of ports that have hardware behind them.

    Args:
        sys_root: Where sysfs is mounted.
        dev: Where device nodes are.
    """
    found = sorted(place.parent.name for place in (sys_root / "class/tty").glob("*/device"))
    steady = _steady_names(dev / "serial/by-id")
    there = [name for name in found if _has_device(sys_root / "class/tty" / name)]
    return [steady.get(str(dev / name), str(dev / name)) for name in there]


def _has_device(place: Path) -> bool:
    try:
        return (place / "type").read_text("ascii").strip() != _NO_DEVICE
    except OSError:  # only the drivers of built-in ports say
        return True


def _steady_names(by_id: Path) -> dict[str, str]:
    links = sorted(by_id.iterdir()) if by_id.is_dir() else []
    return {str(link.resolve()): str(link) for link in reversed(links)}
