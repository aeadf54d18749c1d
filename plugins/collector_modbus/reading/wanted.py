"""Where wanted values lie, and which values lie somewhere."""

from collections.abc import Iterable, Iterator, Sequence

from collector_modbus.registers.table import Block, Span
from collector_modbus.settings.point import PointSettings

_SHOWN_METRICS = 4


def wanted_blocks(points: Iterable[PointSettings]) -> Iterator[Block]:
    """Yield where the points and their scale factors lie."""
    for point in points:
        for block in (point.block, point.scale_block):
            if block is not None:
                yield block


def spans_in(block: Block, points: Iterable[PointSettings]) -> list[Span]:
    """Return the wanted spans of a block, ascending; none lies within another."""
    inside = {
        wanted.span
        for wanted in wanted_blocks(points)
        if wanted.table is block.table and block.span.covers(wanted.span)
    }
    kept: list[Span] = []
    for span in sorted(inside, key=lambda span: (span.address, -span.count)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return kept


def metrics_in(block: Block, points: Iterable[PointSettings]) -> list[str]:
    """Return the metrics that need something of a block."""
    return [
        point.metric
        for point in points
        if any(
            wanted.table is block.table and wanted.span.touches(block.span)
            for wanted in wanted_blocks([point])
        )
    ]


def shown(metrics: Sequence[str]) -> str:
    """Return metrics as people can take them in: the first four, and how many more."""
    more = len(metrics) - _SHOWN_METRICS
    names = ", ".join(metrics[:_SHOWN_METRICS])
    return f"{names} and {more} more" if more > 0 else names
