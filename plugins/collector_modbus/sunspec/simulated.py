"""What a simulated SunSpec device has in its registers: an inverter and a meter."""

from collections.abc import Iterator, Sequence

from collector_modbus.settings.point import PointSettings
from collector_modbus.sunspec.models import Models
from collector_modbus.sunspec.points import points_of_blocks
from collector_modbus.sunspec.walk import BASES, HEADER, ModelBlock

_MARK = (0x5375, 0x6E53)  # "SunS"
_END = (0xFFFF, 0)
_MODELS = ((1, 66), (103, 50), (203, 105))
"""Common, three-phase inverter, three-phase meter: number and length."""


def simulated_points() -> Sequence[PointSettings]:
    """Return the points of the device, and those that make up the chain of its models.

    Raises:
        ConfigError: The model definitions are not installed.
    """
    blocks = list(_blocks())
    return [*_chain(blocks), *points_of_blocks(blocks, Models())]


def _blocks() -> Iterator[ModelBlock]:
    address = BASES[0] + len(_MARK)
    for model_id, length in _MODELS:
        block = ModelBlock(model_id, address, length)
        yield block
        address = block.end


def _chain(blocks: Sequence[ModelBlock]) -> list[PointSettings]:
    words = dict(zip(range(BASES[0], BASES[0] + HEADER), _MARK, strict=True))
    for block in blocks:
        words |= {block.address: block.model_id, block.address + 1: block.length}
    words |= {blocks[-1].end: _END[0], blocks[-1].end + 1: _END[1]}
    return [_fixed(address, word) for address, word in words.items()]


def _fixed(address: int, word: int) -> PointSettings:
    """Return a point whose limits leave it one value."""
    table = {"metric": f"chain_{address}", "address": address, "minimum": word, "maximum": word}
    return PointSettings.model_validate(table)
