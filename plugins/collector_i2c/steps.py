"""A sequence with a chip, written down as steps: what it yields are seconds to wait.

While one chip converts, the bus is free for the others (see `collector_i2c.turns`), so no sequence
ever waits by itself.
"""

from collections.abc import Generator, Mapping
from typing import TypeVar

from collector import MetricValue

T = TypeVar("T")

Steps = Generator[float, None, T]
"""Transfers between the waits, and a result at the end."""

Values = Mapping[str, MetricValue]
"""Metric id to value, of one conversion."""

NO_WAIT: tuple[float, ...] = ()
"""For sequences that have nothing to wait for: ``yield from NO_WAIT``."""
