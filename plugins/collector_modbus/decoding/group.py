"""Decodes the points of a group from the answers to its plan, on every read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from collector import MetricValue
from collector_modbus.decoding.fields import point_field, scale_field
from collector_modbus.decoding.missing import Missing
from collector_modbus.decoding.point import PointDecoder
from collector_modbus.decoding.stages import Finish
from collector_modbus.decoding.sums import in_order, summing
from collector_modbus.decoding.unpacking import Place, RawReader
from collector_modbus.registers.table import Block
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one read of a group gave.

    Attributes:
        values: Metric id to value, in the order of the points, of all that have one and are not
            hidden; each of exactly the type that its metric declares.
        missing: Why the others have none.
    """

    values: dict[str, MetricValue]
    missing: dict[str, Missing]


class GroupDecoder:
    """Decodes the points of a group; compiled once for a plan and used on every read.

    Args:
        points: The points, hidden ones and sums included, each metric once.
        invalid: The device's codes for "no value", for points without codes of their own.
        blocks: What the plan reads. A point, or a scale register, that does not lie wholly in one
            of them counts as not read.

    Raises:
        ValueError: Sums add up each other.
    """

    def __init__(
        self, points: Sequence[PointSettings], invalid: InvalidCodes, blocks: Sequence[Block]
    ) -> None:
        self._metrics = [point.metric for point in points]
        self._hidden = [point.metric for point in points if point.hidden]
        self._sums = [(point.metric, summing(point)) for point in in_order(points)]
        self._finishes: list[tuple[int, Finish]] = []
        self._scaled: list[tuple[int, int, PointDecoder]] = []
        self._raws = RawReader(blocks, self._compile(points, invalid, blocks))

    def decode(self, answers: Sequence[bytes | None]) -> Decoded:
        """Return the values of all points, and why some have none.

        Args:
            answers: The data of each block, in their order and each of exactly its
                `Block.data_bytes`: registers as on the wire, bits packed with the lowest address in
                the lowest bit. None for a block that was not read.
        """
        found: list[Any] = self._raws.read(answers)
        for number, finish in self._finishes:
            raw = found[number]
            if type(raw) is not Missing:
                found[number] = finish(raw)
        for number, exponent, decoder in self._scaled:
            found[number] = decoder.finish_scaled(found[number], found[exponent])
        values = dict(zip(self._metrics, found, strict=False))  # scale factors stand behind
        for metric, sum_of in self._sums:
            values[metric] = sum_of(values)
        for metric in self._hidden:
            del values[metric]
        return _told_apart(values)

    def _compile(
        self, points: Sequence[PointSettings], invalid: InvalidCodes, blocks: Sequence[Block]
    ) -> list[Place | None]:
        """Fill the tables of what to do, and return where the raw values for them lie.

        Those of the points come first, in their order, so that a point and its raw value have the
        same number; scale factors stand behind them.
        """
        decoders = [None if point.sum else PointDecoder(point, invalid) for point in points]
        places: list[Place | None] = []
        scales: list[Place | None] = []
        for number, (point, decoder) in enumerate(zip(points, decoders, strict=True)):
            places.append(_place(point, decoder, blocks))
            if decoder and point.scale_register is not None:
                self._scaled.append((number, len(points) + len(scales), decoder))
                scales.append(_scale_place(point, blocks))
            elif decoder and decoder.finish:
                self._finishes.append((number, decoder.finish))
        return places + scales


def _place(
    point: PointSettings, decoder: PointDecoder | None, blocks: Sequence[Block]
) -> Place | None:
    number = _covering(point.block, blocks)
    if number is None or decoder is None:
        return None
    return Place(number, point_field(point, decoder.code, blocks[number]))


def _scale_place(point: PointSettings, blocks: Sequence[Block]) -> Place | None:
    number = _covering(point.scale_block, blocks)
    return None if number is None else Place(number, scale_field(point, blocks[number]))


def _covering(part: Block | None, blocks: Sequence[Block]) -> int | None:
    """Return the number of the first block in which a part lies wholly."""
    if part is None:
        return None
    same = (n for n, b in enumerate(blocks) if b.table is part.table and b.span.covers(part.span))
    return next(same, None)


def _told_apart(found: dict[str, Any]) -> Decoded:
    """Return what was found, values apart from reasons."""
    if Missing not in map(type, found.values()):
        return Decoded(found, {})
    missing = {metric: why for metric, why in found.items() if type(why) is Missing}
    values = {metric: value for metric, value in found.items() if metric not in missing}
    return Decoded(values, missing)
