"""Makes sure that a chip is what the configuration says."""

from collections.abc import Mapping
from types import MappingProxyType

from collector_i2c.refusal import Reason, RefusedError

NOBODY = frozenset({0x00, 0xFF})
"""What a bus without a chip, or a chip without power, gives."""

BOSCH = MappingProxyType(
    {0x55: "BMP180", 0x56: "BMP280", 0x57: "BMP280", 0x58: "BMP280", 0x60: "BME280", 0x61: "BME680"}
)
"""The chip ids in register 0xD0 of Bosch's environmental sensors."""


def require(told: int, right: frozenset[int], names: Mapping[int, str] = BOSCH) -> None:
    """Refuse a chip whose id is another one.

    Raises:
        RefusedError: It is.
    """
    if told in right:
        return
    wanted = " or ".join(f"{each:#04x}" for each in sorted(right))
    if told in NOBODY:
        raise RefusedError(Reason.STUCK, f"the chip id reads {told:#04x} instead of {wanted}")
    name = f" ({names[told]})" if told in names else ""
    raise RefusedError(Reason.CHIP_ID, f"the chip id is {told:#04x}{name}, not {wanted}")
