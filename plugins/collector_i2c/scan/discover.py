"""What `collector discover` finds on I2C buses, and among the sensors of the kernel's drivers."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from collector import DiscoveryContext, Finding, SourceContext, SourceFaultError
from collector import SourceUnavailableError as UnavailableError
from collector_i2c.buses import Buses
from collector_i2c.scan.adapters import adapters
from collector_i2c.scan.found import Found
from collector_i2c.scan.kernel import devices
from collector_i2c.scan.presence import ADDRESSES
from collector_i2c.scan.scan import Scan
from collector_i2c.scan.suggest import kernel_suggestions, suggestion
from collector_i2c.settings import SIMULATED, I2cSettings

SYS_ROOT = "/sys"

_NODE = "/dev/i2c-{}"

_SIMULATED_BUS = 1
_SIMULATED_CHIPS = (("bme280", 0x76), ("sht40", 0x44), ("ina226", 0x40))
"""Chips that say what they are, each by another register or command."""

_WHAT = (
    "an empty write to each address 0x08 to 0x77 (a read where memories may be), and to who answers"
    " the number of the register that says what it is; about a second"
)


def chips(context: DiscoveryContext) -> Iterator[Finding]:
    """Look at every bus but those of displays, as ``collector i2c scan`` does."""
    with ExitStack() as stack:
        buses = Buses()
        if context.is_simulated:
            stack.enter_context(_simulated(context, buses))
            numbers: Sequence[int] = (_SIMULATED_BUS,)
        else:
            numbers = [each.number for each in adapters(SYS_ROOT) if not each.is_for_displays]
        for number in numbers:
            context.say(f"/dev/i2c-{number}: sends {_WHAT}")
            yield from _on_bus(context, buses, number)


def _on_bus(context: DiscoveryContext, buses: Buses, number: int) -> Iterator[Finding]:
    node = f"{SIMULATED * context.is_simulated}{_NODE.format(number)}"
    scan = Scan(
        bus=buses.take(node, context.clock).bus,
        clock=context.clock,
        number=None if context.is_simulated else number,
        sys_root=SYS_ROOT,
    )
    try:
        with context.progress(f"I2C bus {number}", ADDRESSES) as bar:
            for found in scan.run(bar.advance):
                yield _finding(found, number)
    except (UnavailableError, SourceFaultError) as error:
        context.say(f"I2C bus {number}: {error}")
    finally:
        buses.release(node)


def _finding(found: Found, number: int) -> Finding:
    what = found.device or " or ".join(found.candidates) or "something unknown"
    if found.driver:
        what = f"{found.kernel_name}, which the kernel driver {found.driver} has"
    title = f"{what} at {found.place} on I2C bus {number}"
    return Finding(title=title, toml=suggestion(found, number))


@contextmanager
def _simulated(context: DiscoveryContext, buses: Buses) -> Iterator[None]:
    from collector_i2c.simulator import I2cSimulator  # noqa: PLC0415 - only when it is wanted

    with ExitStack() as stack:
        for device, address in _SIMULATED_CHIPS:
            settings = I2cSettings(bus=_SIMULATED_BUS, device=device, address=address)
            surroundings = SourceContext(device, device, 1.0, context.clock)
            simulator = I2cSimulator(settings, surroundings, buses)
            simulator.start()
            stack.callback(simulator.stop)
        yield


def kernel_devices(context: DiscoveryContext, kind: str) -> Iterator[Finding]:
    """Look which sensors the kernel's drivers have; nothing but names of files is read.

    Args:
        context: The surroundings.
        kind: One of the three kinds.
    """
    if context.is_simulated:
        from collector_i2c.kernel.discovered import simulated_sysfs  # noqa: PLC0415 - likewise

        with simulated_sysfs(context.clock) as root:
            yield from _of_kernel(root, kind)
    else:
        yield from _of_kernel(Path(SYS_ROOT), kind)


def _of_kernel(root: Path, kind: str) -> Iterator[Finding]:
    found = (device for device in devices(str(root)) if device.kind == kind)
    for device, toml in kernel_suggestions(found):
        yield Finding(title=f"{device.device}, which the kernel reads ({kind})", toml=toml)
