"""The source of a sensor that a driver of the kernel reads: all its files, in one reading."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from collector import (
    Deadline,
    Metric,
    MetricValue,
    ReadCost,
    Reading,
    Resources,
    Source,
    SourceUnavailableError,
    Tape,
)
from collector_i2c.kernel.devices import Device
from collector_i2c.kernel.folder import Folder, KernelFolder, PlayedFolder
from collector_i2c.kernel.settings import KernelSettings
from collector_i2c.naming import Naming
from collector_i2c.refusal import RefusedError
from collector_i2c.refusals import Refusals


class KernelSource(Source):
    """Reads one device below ``/sys``, in a thread of its own, as its driver may take its time.

    Args:
        settings: The configuration.
        device: The device.
        tape: Where what is read is noted.
    """

    def __init__(self, settings: KernelSettings, device: Device, tape: Tape) -> None:
        self._settings = settings
        self._device = device
        self._tape = tape
        self._refusals = Refusals()
        self._naming = Naming(device.known, (), {})
        if device.known:
            self._naming = self._named(device.known)
        self._folder: Folder | None = None

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`. Mostly known once the device was opened, as its driver says what it has."""
        return self._naming.metrics

    @property
    def resources(self) -> Resources:
        """See `Source`. Nothing that not everybody may read."""
        return Resources()

    @property
    def may_learn_metrics(self) -> bool:
        """See `Source`."""
        return not self._device.known

    @property
    def notes(self) -> Sequence[str]:
        """See `Source`. What was refused, since the start."""
        return self._refusals.notes()

    def cost(self, group: str) -> ReadCost:
        """See `Source`. It waits for its driver alone, which no other source needs."""
        del group
        known = tuple(metric.id for metric in self.metrics) or None
        return ReadCost(wait_s=self._device.least_s, metrics=known)

    def open(self) -> None:
        """See `Source`. Finds the device and its channels.

        Raises:
            SourceUnavailableError: There is no such device, or it has no metric of this name.
        """
        folder = self._find()
        try:
            self._naming = self._named(self._device.learn(folder))
        except OSError as error:
            raise SourceUnavailableError(f"{folder.place} is gone") from error
        except ValueError as error:
            raise SourceUnavailableError(f"{folder.place}: {error}") from error
        self._folder = folder

    def read(self, group: str, deadline: Deadline) -> Iterable[Reading]:
        """See `Source`. What a driver refuses is left out and counted.

        Raises:
            SourceUnavailableError: The device is gone, or gives nothing at all.
        """
        del group, deadline
        if self._folder is None:
            raise SourceUnavailableError("not open")
        values: dict[str, MetricValue] = {}
        refused = None
        for metric, value in self._device.measure(self._folder):
            if isinstance(value, RefusedError):
                refused = value
                self._refusals.count(value)
            else:
                values[metric.id] = value
        if not values and refused is not None:
            raise SourceUnavailableError(f"{self._folder.place}: {refused}")
        named = self._naming.named(values)
        return (Reading(values=named),) if named else ()

    def close(self) -> None:
        """See `Source`."""
        self._folder = None

    def _find(self) -> Folder:
        if self._settings.tape is not None:
            return PlayedFolder(self._settings.tape)
        return KernelFolder(self._device.find(Path(self._settings.sys_root)), self._tape)

    def _named(self, metrics: Sequence[Metric]) -> Naming:
        return Naming(metrics, self._settings.metrics, self._settings.rename)
