"""What to write into the configuration for what was found."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from collector_i2c.scan.found import Found
from collector_i2c.scan.kernel import KernelDevice

_NO_ID = re.compile("[^A-Za-z0-9 _-]+")
_LONGEST_ID = 32
"""What a sensor id may be made of, and how long it may be."""


def suggestion(found: Found, bus: int | str) -> str:
    """Return the ``[[source]]`` of a chip; commented out where somebody has to choose the device.

    Args:
        found: The chip.
        bus: What to write for ``bus``.

    Returns:
        TOML; empty for what no source can read.
    """
    names = (found.device,) if found.device else found.candidates
    devices = [name for name in names if " " not in name]
    if not devices or found.driver:
        return ""
    lines = list(_table(found, bus, devices))
    if not found.device:
        lines = [f"# {line}" for line in lines]
    return "\n".join(lines)


def kernel_suggestions(devices: Iterable[KernelDevice]) -> Iterator[tuple[KernelDevice, str]]:
    """Yield the ``[[source]]`` of each device that a kernel driver has."""
    seen = list(devices)
    names = Counter((device.kind, device.device) for device in seen)
    for device in seen:
        is_one_of_several = names[device.kind, device.device] > 1
        lines = ["[[source]]", f'plugin = "{device.kind}"', f'sensor = "{_sensor(device)}"']
        lines += ['interval = "30s"', f"device = {_quoted(device.device)}"]
        lines += [f"at = {_quoted(device.at)}"] * is_one_of_several
        yield device, "\n".join(lines)


def _sensor(device: KernelDevice) -> str:
    """Return a sensor id that is like a name, which a driver may make of any characters."""
    return _NO_ID.sub("-", device.device).strip("- ")[:_LONGEST_ID] or device.kind


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace(
        "\x7f", "\\u007f"
    )  # all that TOML wants escaped


def _table(found: Found, bus: int | str, devices: list[str]) -> Iterator[str]:
    others = f" # or {', '.join(devices[1:])}" if len(devices) > 1 else ""
    written = f'"{bus}"' if isinstance(bus, str) else str(bus)
    yield "[[source]]"
    yield 'plugin = "i2c"'
    yield f'sensor = "{devices[0]}-{found.address:02x}"'
    yield f'interval = "{"1s" if devices[0] == "sgp30" else "30s"}"'
    yield f"bus = {written}"
    yield f"address = {found.address:#04x}"
    yield f'device = "{devices[0]}"{others}'
    hops = [f"{{ address = {hop.address:#04x}, channel = {hop.channel} }}" for hop in found.path]
    if hops:
        yield f"mux = {hops[0]}" if len(hops) == 1 else f"mux = [{', '.join(hops)}]"
