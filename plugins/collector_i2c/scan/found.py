"""What was found at one address."""

from dataclasses import dataclass

from collector_i2c.chips.catalogue import NAMES, chosen
from collector_i2c.muxes import Path

_MUXES = range(0x70, 0x78)


@dataclass(frozen=True, slots=True)
class Found:
    """A chip that answers.

    Attributes:
        path: The multiplexers on the way.
        address: Its address.
        driver: The kernel driver that has it; empty if none has.
        kernel_name: What the kernel calls it.
        device: What it says it is; empty if it cannot tell.
    """

    path: Path
    address: int
    driver: str = ""
    kernel_name: str = ""
    device: str = ""

    @property
    def candidates(self) -> tuple[str, ...]:
        """The chips that are known at this address, where it does not tell itself."""
        if self.device or self.driver:
            return ()
        known = tuple(name for name in NAMES if self.address in chosen(name).addresses)
        return (*known, "a multiplexer (tca9548a)") if self.address in _MUXES else known

    @property
    def place(self) -> str:
        """Its address, with the way to it: ``0x70/3 0x76``."""
        hops = "".join(f"{hop.address:#04x}/{hop.channel} " for hop in self.path)
        return f"{hops}{self.address:#04x}"
