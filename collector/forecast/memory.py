"""About how much memory a run takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.config import Config
from collector.forecast.reads import Read
from collector.forecast.storage import Storage

MIB = 1024**2

BASE_BYTES = 43 * MIB
"""Of a run with one source: measured, tests/benchmarks/README.md, "Footprint"."""

METRIC_BYTES = 6 * 1024
"""Of each metric: measured there with 1000 points of Modbus."""

PROCESS_BYTES = 10 * MIB
"""Of each process that holds isolated sources: measured there, its share of the memory of all."""

TABLE_BYTES = 10
"""Of each reading in the spool: see `collector.buffering.spool.segment`."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory, estimated.

    Attributes:
        healthy_bytes: While the agent answers.
        outage_bytes: When an outage has filled the buffers.
    """

    healthy_bytes: float
    outage_bytes: float


def memory(config: Config, reads: Sequence[Read], storage: Storage, held_bytes: float) -> Memory:
    """Return what a run takes.

    Args:
        config: The configuration.
        reads: What is read.
        storage: What the buffers hold.
        held_bytes: What one reading takes of the memory, on average.
    """
    metrics = sum(len(part.metrics) for read in reads for part in read.parts)
    processes = len({read.link for read in reads if read.is_isolated})
    healthy = BASE_BYTES + metrics * METRIC_BYTES + processes * PROCESS_BYTES
    ring = min(config.ring.max_bytes, config.ring.max_readings * held_bytes)
    in_spool = storage.spool_bytes / storage.record_bytes if storage.record_bytes else 0.0
    return Memory(healthy, healthy + ring + in_spool * TABLE_BYTES)
