"""Finds the chain of models in a SunSpec device. Pure: whoever calls it does the reading.

::

    base      "SunS"                          40000, 0 or 50000
    base + 2  id, length L, L registers       a model block
              id, length L, L registers       the next one
              ...
              0xFFFF                          the end

SunSpec Device Information Model Specification 1.1, on the Modbus map of a device.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collector_modbus.registers.table import ADDRESSES

Read = Callable[[int, int], Sequence[int]]
"""Reads so many holding registers from an address on.

An answer shorter than asked for, usually an empty one, means that the device refuses to read there.
What is raised for a device that does not answer goes through to the caller.
"""

BASES = (40000, 0, 50000)
"""Where the chain can begin, in the order in which the specification has them looked for."""

MAX_MODELS = 100
"""More models than any device has: beyond that it is no chain but noise."""

HEADER = 2
"""The registers of id and length, which the length does not count."""

_MARK = (0x5375, 0x6E53)  # "SunS"
_END = 0xFFFF


class NotSunSpecError(ValueError):
    """The device has no chain of models."""


@dataclass(frozen=True, slots=True)
class ModelBlock:
    """One model of a device.

    Attributes:
        model_id: The number that SunSpec gave to its contents.
        address: Of its first register, which holds the number.
        length: How many registers follow those of number and length.
    """

    model_id: int
    address: int
    length: int

    @property
    def end(self) -> int:
        """The address behind its last register."""
        return self.address + HEADER + self.length


@dataclass(frozen=True, slots=True)
class DeviceMap:
    """The models of a device.

    Attributes:
        blocks: In the order of their addresses.
        problem: Why the chain was not followed to its end; empty when it was. The blocks before
            that are good.
    """

    blocks: tuple[ModelBlock, ...]
    problem: str = ""


def walk(read: Read) -> DeviceMap:
    """Return the models of a device.

    Raises:
        NotSunSpecError: "SunS" stands at none of the addresses where it can.
    """
    address = _find(read)
    blocks: list[ModelBlock] = []
    while len(blocks) < MAX_MODELS:
        step = _next(read, address)
        if not isinstance(step, ModelBlock):
            return DeviceMap(tuple(blocks), step)
        blocks.append(step)
        address = step.end
    return DeviceMap(tuple(blocks), f"it has more than {MAX_MODELS} models: the rest is left out")


def _find(read: Read) -> int:
    """Return the address of the first model."""
    for base in BASES:
        if tuple(read(base, len(_MARK))) == _MARK:
            return base + len(_MARK)
    places = ", ".join(map(str, BASES[:-1]))
    raise NotSunSpecError(
        f"no SunSpec device: 'SunS' is at none of the holding registers {places} and {BASES[-1]}"
    )


def _next(read: Read, address: int) -> ModelBlock | str:
    """Return the model at an address, or why there is none: empty at the end of the chain."""
    if address + HEADER > ADDRESSES:
        return f"the chain of models leads behind the last address, {ADDRESSES - 1}"
    header = tuple(read(address, HEADER))
    if len(header) < HEADER:
        header = tuple(read(address, 1))  # some devices have the end's number without its length
        is_end = header[:1] == (_END,)
        return "" if is_end else f"the chain of models breaks off at {address}: reading is refused"
    if header[0] == _END:
        return ""
    block = ModelBlock(header[0], address, header[1])
    if block.length == 0:
        return f"model {block.model_id} at {address} has the length 0"
    if block.end > ADDRESSES:
        return f"model {block.model_id} at {address} ends behind the last address"
    return block
