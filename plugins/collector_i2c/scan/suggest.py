"""What to write into the configuration for what was found."""

from collections.abc import Iterator

from collector_i2c.scan.found import Found
from collector_i2c.scan.kernel import KernelDevice


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


def kernel_suggestion(device: KernelDevice) -> str:
    """Return the ``[[source]]`` of a device that a kernel driver has."""
    lines = ["[[source]]", f'plugin = "{device.kind}"', f'sensor = "{device.device}"']
    lines += ['interval = "30s"', f'device = "{device.device}"']
    return "\n".join(lines)


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
