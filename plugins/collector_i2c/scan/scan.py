"""Looks at every address of a bus."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from collector import Clock, Deadline, SourceUnavailableError
from collector_i2c.bus import TransferError
from collector_i2c.muxes import Hop, Path
from collector_i2c.port import Port
from collector_i2c.refusal import RefusedError
from collector_i2c.scan.found import Found
from collector_i2c.scan.identities import identified
from collector_i2c.scan.presence import FIRST, LAST, is_there
from collector_i2c.shared_bus import SharedBus
from collector_i2c.steps import Steps
from collector_i2c.sysfs import bound_driver, device_name

CHANNELS = 8
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """How a bus is looked at.

    Attributes:
        bus: The bus.
        clock: The time.
        number: The bus's number; None for one that the kernel does not know.
        sys_root: Where sysfs is mounted.
        muxes: Addresses of multiplexers to look behind.
        identify: Whether chips are asked what they are.
    """

    bus: SharedBus
    clock: Clock
    number: int | None
    sys_root: str = "/sys"
    muxes: Sequence[int] = ()
    identify: bool = True

    @property
    def paths(self) -> Sequence[Path]:
        """The bus itself and each channel behind it."""
        behind = [(Hop(address, number),) for address in self.muxes for number in range(CHANNELS)]
        return [(), *behind]

    def run(self, on_address: Callable[[], None]) -> Iterator[Found]:
        """Yield what answers, in the order of paths and addresses.

        Args:
            on_address: Called after each address.

        Raises:
            SourceUnavailableError: The bus cannot be opened, is held, or another process has it.
            SourceFaultError: It may not be opened.
        """
        for path in self.paths:
            self.bus.learn(path)
        self.bus.lock(Deadline.after(self.clock, _PATIENCE_S))
        on_bus: set[int] = set()
        try:
            for path in self.paths:
                if path and path[0].address not in on_bus:
                    raise SourceUnavailableError(f"no multiplexer at {path[0].address:#04x}")
                yield from self._behind(path, on_bus, on_address)
        except (TransferError, RefusedError) as error:
            raise SourceUnavailableError(str(error)) from error
        finally:
            self.bus.rest()

    def _behind(
        self, path: Path, on_bus: set[int], on_address: Callable[[], None]
    ) -> Iterator[Found]:
        # What is on the bus itself answers behind every channel too.
        addresses = [each for each in range(FIRST, LAST + 1) if path == () or each not in on_bus]
        for found in self._answering(path, addresses, on_address):
            yield found
            if not path:
                on_bus.add(found.address)

    def _answering(
        self, path: Path, addresses: Sequence[int], on_address: Callable[[], None]
    ) -> Iterator[Found]:
        """Yield who answers, once somebody does not: a line held low acknowledges everything."""
        waiting: list[int] = []
        is_any_silent = False
        for address in addresses:
            if (found := self._of_kernel(path, address)) is not None:
                yield found
            elif is_there(self.bus, path, address):
                waiting.append(address)
            else:
                is_any_silent = True
            on_address()
            while waiting and is_any_silent:
                yield self._told(path, waiting.pop(0))
        if waiting:
            raise SourceUnavailableError(
                f"{self.bus.name} acknowledges every address: SDA is held low, by a chip until its"
                " power is cut, or by the wiring; look at its pull-ups"
            )

    def _of_kernel(self, path: Path, address: int) -> Found | None:
        if self.number is None or path:
            return None
        driver = bound_driver(self.sys_root, self.number, address)
        if not driver:
            return None
        return Found(path, address, driver, device_name(self.sys_root, self.number, address))

    def _told(self, path: Path, address: int) -> Found:
        if not self.identify or address in self.muxes:
            return Found(path, address)
        port = Port(self.bus, path, address, retries=0)
        return Found(path, address, device=self._done(identified(port)))

    def _done(self, steps: Steps[str]) -> str:
        while True:
            try:
                self.bus.pause(self.clock.monotonic_s() + next(steps))
            except StopIteration as end:
                return str(end.value)
