"""The kinds ``iio``, ``hwmon`` and ``w1``, as the collector finds them."""

from collections.abc import Iterable, Sequence
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
        SourceKind(
            name="iio",
            settings=IioSettings,
            create=_create_iio,
            simulate=_simulate_iio,
            replay=_replay,
            example=_example("iio"),
            discovery=Discovery(look=partial(_look, kind="iio")),
        ),
        SourceKind(
            name="hwmon",
            settings=HwmonSettings,
            create=_create_hwmon,
            simulate=_simulate_hwmon,
            replay=_replay,
            example=_example("hwmon"),
            discovery=Discovery(look=partial(_look, kind="hwmon")),
        ),
        SourceKind(
            name="w1",
            settings=W1Settings,
            create=_create_w1,
            simulate=_simulate_w1,
            replay=_replay,
            example=_example("w1"),
            discovery=Discovery(look=partial(_look, kind="w1")),
        ),
    )


def _example(kind: str) -> str:
    return resources.files(__package__).joinpath(f"{kind}.toml").read_text("utf-8")


def _look(context: DiscoveryContext, kind: str) -> Iterable[Finding]:
    from collector_i2c.scan.discover import kernel_devices  # noqa: PLC0415 - likewise

    return kernel_devices(context, kind)


def _create_iio(settings: IioSettings, context: SourceContext) -> Source:
    from collector_i2c.kernel.devices import IioDevice  # noqa: PLC0415 - only when it is made
    from collector_i2c.kernel.source import KernelSource  # noqa: PLC0415

    return KernelSource(settings, IioDevice(settings), context.tape)


def _create_hwmon(settings: HwmonSettings, context: SourceContext) -> Source:
    from collector_i2c.kernel.devices import HwmonDevice  # noqa: PLC0415
    from collector_i2c.kernel.source import KernelSource  # noqa: PLC0415

    return KernelSource(settings, HwmonDevice(settings), context.tape)


def _create_w1(settings: W1Settings, context: SourceContext) -> Source:
    from collector_i2c.kernel.devices import W1Device  # noqa: PLC0415
    from collector_i2c.kernel.source import KernelSource  # noqa: PLC0415

    return KernelSource(settings, W1Device(settings), context.tape)


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
