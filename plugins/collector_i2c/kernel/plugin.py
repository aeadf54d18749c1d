"""The kinds ``iio``, ``hwmon`` and ``w1``, as the collector finds them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import resources

from collector import (
    Discovery,
    DiscoveryContext,
    Finding,
    RecordedTape,
    Simulator,
    Source,
    SourceContext,
    SourceKind,
    hookimpl,
)
from collector_i2c.kernel.settings import HwmonSettings, IioSettings, KernelSettings, W1Settings


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    """Offer the three kinds."""
    return (
        _kind("iio", IioSettings, _simulate_iio),
        _kind("hwmon", HwmonSettings, _simulate_hwmon),
        _kind("w1", W1Settings, _simulate_w1),
    )


def _kind(
    name: str, settings: type[KernelSettings], simulate: Callable[..., Simulator]
) -> SourceKind:
    return SourceKind(
        name=name,
        settings=settings,
        create=_create,
        simulate=simulate,
        replay=_replay,
        example=_example(name),
        discovery=Discovery(look=partial(_look, kind=name)),
    )


def _example(kind: str) -> str:
    return resources.files(__package__).joinpath(f"{kind}.toml").read_text("utf-8")


def _look(context: DiscoveryContext, kind: str) -> Iterable[Finding]:
    from collector_i2c.scan.discover import kernel_devices  # noqa: PLC0415 - likewise

    return kernel_devices(context, kind)


def _create(settings: KernelSettings, context: SourceContext) -> Source:
    from collector_i2c.kernel.devices import device_of  # noqa: PLC0415 - only when it is made
    from collector_i2c.kernel.source import KernelSource  # noqa: PLC0415

    return KernelSource(settings, device_of(settings), context.tape)


def _replay(settings: KernelSettings, context: SourceContext, tape: RecordedTape) -> Simulator:
    from collector_i2c.kernel.replayed import KernelReplay  # noqa: PLC0415

    del context
    return KernelReplay(settings, tape)


def _simulate_iio(settings: IioSettings, context: SourceContext) -> Simulator:
    from collector_i2c.kernel.simulated import iio_files  # noqa: PLC0415
    from collector_i2c.kernel.simulator import KernelSimulator  # noqa: PLC0415

    files = partial(iio_files, settings.device, context.name)
    return KernelSimulator(settings, context, f"bus/iio/devices/{settings.at}iio:device0", files)


def _simulate_hwmon(settings: HwmonSettings, context: SourceContext) -> Simulator:
    from collector_i2c.kernel.simulated import hwmon_files  # noqa: PLC0415
    from collector_i2c.kernel.simulator import KernelSimulator  # noqa: PLC0415

    files = partial(hwmon_files, settings.device, context.name)
    return KernelSimulator(settings, context, f"class/hwmon/{settings.at}hwmon0", files)


def _simulate_w1(settings: W1Settings, context: SourceContext) -> Simulator:
    from collector_i2c.kernel.simulated import w1_files  # noqa: PLC0415
    from collector_i2c.kernel.simulator import KernelSimulator  # noqa: PLC0415

    files = partial(w1_files, context.name)
    return KernelSimulator(settings, context, f"bus/w1/devices/{settings.device}", files)
