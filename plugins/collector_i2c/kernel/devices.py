"""What a driver of the kernel offers, by the part of the kernel that it belongs to."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path

from collector import Metric, MetricValue, SourceUnavailableError
from collector_i2c.kernel import hwmon, iio, w1
from collector_i2c.kernel.channel import Channel
from collector_i2c.kernel.files import text_in, value_of
from collector_i2c.kernel.folder import Folder
from collector_i2c.kernel.places import named
from collector_i2c.kernel.settings import HwmonSettings, IioSettings, KernelSettings, W1Settings
from collector_i2c.refusal import RefusedError

Measured = tuple[Metric, MetricValue | RefusedError]
"""A metric, and its value or why it has none."""


class Device(ABC):
    """One device below ``/sys``."""

    known: Sequence[Metric] = ()
    """The metrics that every device of its kind has."""

    least_s: float = 0.0
    """What a read takes at least."""

    @abstractmethod
    def find(self, root: Path) -> Path:
        """Return its directory.

        Raises:
            SourceUnavailableError: There is none.
        """

    @abstractmethod
    def learn(self, folder: Folder) -> Sequence[Metric]:
        """Return its metrics."""

    @abstractmethod
    def measure(self, folder: Folder) -> Iterator[Measured]:
        """Yield what each metric has now."""


class _Channels(Device):
    """A device with a file for each quantity."""

    def __init__(self) -> None:
        self.channels: Sequence[Channel] = ()

    def measure(self, folder: Folder) -> Iterator[Measured]:
        """See `Device`."""
        for channel in self.channels:
            try:
                yield channel.metric, value_of(folder, channel)
            except RefusedError as refused:
                yield channel.metric, refused


class IioDevice(_Channels):
    """A device of ``/sys/bus/iio``."""

    def __init__(self, settings: IioSettings) -> None:
        super().__init__()
        self._settings = settings

    def find(self, root: Path) -> Path:
        """See `Device`."""
        return named(root / "bus/iio/devices", self._settings.device, self._settings.at)

    def learn(self, folder: Folder) -> Sequence[Metric]:
        """See `Device`."""
        self.channels = tuple(iio.channels(folder.names()))
        return [channel.metric for channel in self.channels]


class HwmonDevice(_Channels):
    """A device of ``/sys/class/hwmon``."""

    def __init__(self, settings: HwmonSettings) -> None:
        super().__init__()
        self._settings = settings

    def find(self, root: Path) -> Path:
        """See `Device`."""
        return named(root / "class/hwmon", self._settings.device, self._settings.at)

    def learn(self, folder: Folder) -> Sequence[Metric]:
        """See `Device`."""
        files = folder.names()
        labels = {name: _label_in(folder, name) for name in files if name.endswith("_label")}
        self.channels = tuple(hwmon.channels(files, labels, alarms=self._settings.alarms))
        return [channel.metric for channel in self.channels]


class W1Device(Device):
    """A thermometer of ``/sys/bus/w1``."""

    known = (w1.TEMPERATURE,)

    least_s = 0.09375
    """A conversion of 9 bits, the shortest that there is (DS18B20 data sheet, table 2)."""

    def __init__(self, settings: W1Settings) -> None:
        self._name = settings.device

    def find(self, root: Path) -> Path:
        """See `Device`."""
        place = root / "bus/w1/devices" / self._name
        if not place.is_dir():
            raise SourceUnavailableError(
                f"no {place}: is the sensor connected, and w1-gpio switched on?"
            )
        return place

    def learn(self, folder: Folder) -> Sequence[Metric]:
        """See `Device`."""
        del folder
        return self.known

    def measure(self, folder: Folder) -> Iterator[Measured]:
        """See `Device`. The read itself makes the conversion, 750 ms at 12 bits."""
        try:
            yield w1.TEMPERATURE, w1.celsius(text_in(folder, "w1_slave"))
        except RefusedError as refused:
            yield w1.TEMPERATURE, refused


def _label_in(folder: Folder, file: str) -> str:
    try:
        return text_in(folder, file)
    except RefusedError:  # people then read the name of the quantity
        return ""


def device_of(settings: KernelSettings) -> Device:
    """Return the device that the settings of one of the three kinds name."""
    match settings:
        case IioSettings():
            return IioDevice(settings)
        case HwmonSettings():
            return HwmonDevice(settings)
        case W1Settings():
            return W1Device(settings)
    raise TypeError(f"{type(settings).__name__} names no device of the kernel")
