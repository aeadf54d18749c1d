"""Metrics as tables: a row says what a metric is called, what it means and where its value is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from collector import Metric, MetricValue, ValueType, ValueUnit
from collector_system.names import id_part

LONGEST_ID = 32
"""The contract's limit for a metric id."""

Measured = tuple[Metric, MetricValue]
"""One value and the metric that it belongs to."""

Sample = TypeVar("Sample")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a metric's values are: a predefined unit, or a type and a unit for people."""

    unit: ValueUnit | None = None
    type: ValueType = ValueType.DOUBLE
    annotation: str = ""


PERCENT = Quantity(ValueUnit.PERCENT)
BITS = Quantity(ValueUnit.BIT)
BITS_PER_SECOND = Quantity(annotation="bit/s")
PER_SECOND = Quantity(annotation="1/s")
CELSIUS = Quantity(ValueUnit.CELSIUS)
HERTZ = Quantity(ValueUnit.HERTZ)
SECONDS = Quantity(ValueUnit.SECOND)
VOLTS = Quantity(ValueUnit.VOLT)
AMPERES = Quantity(ValueUnit.AMPERE)
FLAG = Quantity(type=ValueType.BOOL)
TEXT = Quantity(type=ValueType.STRING)


def count_of(things: str) -> Quantity:
    """Return the quantity of a count. A double: an integer metric has to be created first."""
    return Quantity(annotation=things)


@dataclass(frozen=True, slots=True)
class Row(Generic[Sample]):
    """One metric of a table.

    Attributes:
        id: The metric id; ``{}`` stands for the part that names the object (a disk, an interface).
        name: What people read; ``{}`` stands for the object's full name.
        quantity: Unit or type of the values.
        get: Takes the value out of a sample; None when it has none now.
    """

    id: str
    name: str
    quantity: Quantity
    get: Callable[[Sample], MetricValue | None]


@dataclass(frozen=True, slots=True, eq=False)
class Table(Generic[Sample]):
    """All metrics that are taken out of one kind of sample.

    Attributes:
        rows: The metrics.
        part: Turns an object's name and the room for it into a part of an id.
    """

    rows: Sequence[Row[Sample]]
    part: Callable[[str, int], str] = id_part

    @property
    def room(self) -> int:
        """How long the part that names the object may be for the longest id still to fit."""
        return LONGEST_ID - max(len(row.id.format("")) for row in self.rows)

    def metrics(self, of: str = "") -> tuple[Metric, ...]:
        """Return the metrics of one object; of the table itself when its ids name none."""
        return _metrics(self, of)

    def measure(self, sample: Sample, of: str = "") -> Iterator[Measured]:
        """Yield every value that the sample holds."""
        for row, metric in zip(self.rows, self.metrics(of), strict=True):
            value = row.get(sample)
            if value is not None:
                yield metric, float(value) if metric.type is ValueType.DOUBLE else value


@lru_cache(maxsize=1024)
def _metrics(table: Table[Any], of: str) -> tuple[Metric, ...]:
    part = table.part(of, table.room) if of else ""
    # A path may hold any bytes, but what goes to the agent is text.
    shown = of.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return tuple(
        Metric(
            id=row.id.format(part),
            name=row.name.format(shown),
            unit=row.quantity.unit,
            type=row.quantity.type,
            annotation=row.quantity.annotation,
        )
        for row in table.rows
    )
