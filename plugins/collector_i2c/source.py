"""The source: one chip, read whole, with whatever it takes to get a true value or none."""

from collections.abc import Iterable, Sequence

from collector import (
    Deadline,
    Metric,
    ReadCost,
    Reading,
    Resources,
    Source,
    SourceContext,
    SourceFaultError,
    SourceUnavailableError,
)
from collector_i2c.bus import TransferError
from collector_i2c.buses import Buses
from collector_i2c.chips.catalogue import chosen
from collector_i2c.naming import Naming
from collector_i2c.port import Port
from collector_i2c.refusal import PASSING, Reason, RefusedError
from collector_i2c.refusals import Refusals
from collector_i2c.settings import SIMULATED, I2cSettings
from collector_i2c.steps import NO_WAIT, Steps, Values
from collector_i2c.sysfs import bound_driver
from collector_i2c.turn import Turn
from collector_i2c.turns import Turns

_OPENING_S = 5.0
_PATIENT_INTERVALS = 3


class I2cSource(Source):
    """Reads one chip.

    Args:
        settings: The configuration.
        context: Its surroundings.
        buses: Where the bus is shared with the other chips on it.

    Attributes:
        driver: What kind of chip it is.
        address: The chip's address.
        path: The multiplexers on the way to it.
        buses: Where its bus is found.

    Raises:
        ValueError: The settings do not fit the chip.
        ConfigError: The ``device_file`` is wrong.
    """

    def __init__(self, settings: I2cSettings, context: SourceContext, buses: Buses) -> None:
        driver = chosen(settings.device, settings.device_file)
        if driver.interval_s not in (None, context.interval_s):
            raise ValueError(
                f"{driver.title} has to be read every {driver.interval_s:g} s: its own arithmetic"
                " counts on it"
            )
        self._settings = settings
        self._context = context
        self.buses = buses
        self._chip = driver.make(settings.options, settings.metrics)
        self._naming = Naming(self._chip.metrics, settings.metrics, settings.rename)
        self.driver = driver
        self.address = driver.addresses[0] if settings.address is None else settings.address
        self.path = settings.path
        self._refusals = Refusals()
        self._retried = 0
        self._turns: Turns | None = None
        self._turn = Turn(self._no_reading, context.interval_s)
        self._needs_setup = False
        self._set_up_at_s = 0.0

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`."""
        return self._naming.metrics

    @property
    def link(self) -> str:
        """See `Source`."""
        return self._settings.link

    @property
    def resources(self) -> Resources:
        """See `Source`. The bus."""
        return Resources(devices=[self._settings.node], modules=["i2c-dev"])

    @property
    def notes(self) -> Sequence[str]:
        """See `Source`. What was refused and what was tried again, since the start."""
        again = f"{self._retried} transfers or readings had to be tried again"
        return (*self._refusals.notes(), *((again,) if self._retried else ()))

    def cost(self, group: str) -> ReadCost | None:
        """See `Source`. The chip's own waits are certain, the speed of the bus is assumed."""
        from collector_i2c.cost import read_cost  # noqa: PLC0415 - no daemon needs it

        del group
        settings = self._settings
        chip = self.driver.make(settings.options, settings.metrics)
        return read_cost(settings, self.address, chip, tuple(each.id for each in self.metrics))

    def open(self) -> None:
        """See `Source`. Makes sure of the chip and sets it up.

        Raises:
            SourceFaultError: It is another chip, or a kernel driver has it.
            SourceUnavailableError: It does not answer.
        """
        self._leave_to_kernel()
        self._turns = self.buses.take(self._settings.node, self._context.clock)
        self._turns.bus.learn(self.path)
        port = Port(self._turns.bus, self.path, self.address, tape=self._context.tape)
        setting_up = Turn(lambda: self._setting_up(port), 0.0)
        deadline = Deadline.after(self._context.clock, _OPENING_S)
        try:
            self._turns.result(setting_up, deadline)
        except RefusedError as refused:
            self._refusals.count(refused)
            error = SourceFaultError if refused.reason is Reason.CHIP_ID else SourceUnavailableError
            raise error(f"{self.address:#04x}: {refused.message}") from refused
        except TransferError as error:
            raise SourceUnavailableError(str(error)) from error
        self._turn = Turn(lambda: self._reading(port), self._context.interval_s)
        self._turns.add(self._turn)

    def read(self, group: str, deadline: Deadline) -> Iterable[Reading]:
        """See `Source`. What is refused gives no reading, and is counted.

        Raises:
            SourceUnavailableError: The chip does not answer, or gives nothing of use for long.
        """
        del group
        if self._turns is None:
            raise SourceUnavailableError("not open")
        try:
            values, taken_at = self._turns.result(self._turn, deadline)
        except TransferError as error:
            raise SourceUnavailableError(str(error)) from error
        except RefusedError as refused:
            self._bear(refused)
            return ()
        self._refusals.end()
        named = self._naming.named(values)
        return (Reading(values=named, taken_at=taken_at),) if named else ()

    def close(self) -> None:
        """See `Source`."""
        if self._turns is not None:
            self._turns.remove(self._turn)
            self._turns = None
            self.buses.release(self._settings.node)

    def _leave_to_kernel(self) -> None:
        settings = self._settings
        if settings.number is None or settings.node.startswith(SIMULATED):
            return
        first = settings.path[0].address if settings.path else self.address
        driver = bound_driver(settings.sys_root, settings.number, first)
        if driver:
            device = f"{settings.number}-{first:04x}"
            raise SourceFaultError(
                f"{first:#04x} belongs to the kernel driver {driver!r}: read it with plugin"
                f' "iio" or "hwmon", or take it away from the kernel: echo {device} >'
                f" /sys/bus/i2c/drivers/{driver}/unbind"
            )

    def _setting_up(self, port: Port) -> Steps[Values]:
        yield from self._chip.set_up(port)
        self._needs_setup = False
        self._set_up_at_s = self._context.clock.monotonic_s()
        return {}

    def _no_reading(self) -> Steps[Values]:
        yield from NO_WAIT
        return {}

    def _reading(self, port: Port) -> Steps[Values]:
        port.renew()
        before = port.retried
        try:
            return (yield from self._attempts(port))
        finally:
            self._retried += port.retried - before
            for refused in port.left_out:
                self._refusals.count(refused)

    def _attempts(self, port: Port) -> Steps[Values]:
        while True:
            try:
                if self._needs_setup:
                    yield from self._setting_up(port)
                return (yield from self._chip.measure(port))
            except RefusedError as refused:
                if not self._is_early(refused):
                    self._refusals.count(refused)
                self._needs_setup |= refused.reason is Reason.SETTINGS_LOST
                if refused.reason not in PASSING or not port.may_retry():
                    raise

    def _is_early(self, refused: RefusedError) -> bool:
        """Tell whether the chip cannot have a value yet, as it was set up just now."""
        age_s = self._context.clock.monotonic_s() - self._set_up_at_s
        return refused.reason is Reason.NOT_READY and age_s < self._chip.patience_s

    def _bear(self, refused: RefusedError) -> None:
        now_s = self._context.clock.monotonic_s()
        patience_s = max(self._chip.patience_s, _PATIENT_INTERVALS * self._context.interval_s)
        if self._refusals.lasting_s(now_s) >= patience_s:
            self._refusals.end()
            raise SourceUnavailableError(f"{self.address:#04x}: {refused}") from refused
