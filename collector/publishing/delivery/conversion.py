"""Values in the types that the agent has for their metrics, where nothing is lost by it."""

from collections.abc import Mapping
from types import MappingProxyType

from collector.publishing.delivery.lane import Lane
from collector.publishing.delivery.piece import Piece
from collector.wire.units import MetricValue, ValueType

TYPE_OF_CODE: Mapping[int, ValueType] = MappingProxyType(
    {
        7: ValueType.STRING,
        8: ValueType.DOUBLE,
        9: ValueType.BOOL,
        11: ValueType.INTEGER,
    }
)
"""What a metric is at the agent, by the code that refuses a value of another type."""

_MIN_INT64 = -(2**63)


def fitted(lane: Lane, piece: Piece) -> Piece:
    """Give metrics the types learned from refusals; values that do not fit are dropped."""
    types = lane.types
    pairs = list(zip(piece.metrics, piece.values, strict=True))
    unfit = [m for m, value in pairs if m in types and converted(value, types[m]) is None]
    if unfit:
        piece, parts = lane.take_out(piece, unfit)
        for part in parts:
            lane.dropped(part)
    fitting = [
        (value if metric not in types else converted(value, types[metric]))
        for metric, value in zip(piece.metrics, piece.values, strict=True)
    ]
    piece.values = tuple(value for value in fitting if value is not None)
    return piece


def converted(value: MetricValue, wanted: ValueType) -> MetricValue | None:
    """Return the value in the type that the agent wants; None where that would lose something."""
    if isinstance(value, bool | str):
        fits = wanted is (ValueType.BOOL if isinstance(value, bool) else ValueType.STRING)
        return value if fits else None
    if wanted is ValueType.DOUBLE:
        return float(value) if float(value) == value else None  # not so for all above 2**53
    if wanted is ValueType.INTEGER and value == int(value) and _MIN_INT64 <= value < -_MIN_INT64:
        return int(value)
    return None
