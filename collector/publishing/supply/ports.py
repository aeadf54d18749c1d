"""What the publisher asks of its neighbours."""

from collections.abc import Collection, Mapping
from typing import Protocol

from collector.buffering.batch import Batch
from collector.clock import Instant
from collector.wire.units import MetricValue


class Buffer(Protocol):
    """Where readings come from: the ring, or the ring with a spool."""

    def ready(self) -> list[str]:
        """Return the sensors that have readings waiting."""
        ...

    def batch(self, sensor: str, max_readings: int) -> Batch:
        """Take a sensor's oldest readings."""
        ...

    def newest(self, sensor: str, max_readings: int, after: Instant) -> Batch:
        """Take a sensor's newest readings of those that were taken after an instant."""
        ...


class AddressBook(Protocol):
    """Turns our ids into the agent's, and has lost ones made again: the inventory."""

    def agent_sensor(self, sensor: str) -> str:
        """Return the agent's id of a sensor of ours."""
        ...

    def agent_metric(self, sensor: str, metric: str) -> str:
        """Return the agent's id of a metric of ours."""
        ...

    def metric_of(self, sensor: str, agent_id: str) -> str:
        """Return our id of a metric of the agent's; the same where it is none of ours."""
        ...

    def is_ready(self, sensor: str) -> bool:
        """Tell whether the sensor may be pushed to; false while it is being made."""
        ...

    def is_kept(self, sensor: str) -> bool:
        """Tell whether the sensor's readings are kept until an operator says otherwise."""
        ...

    def confirmed(self, sensor: str, metrics: Collection[str]) -> None:
        """Note metrics that certainly exist at the agent now."""
        ...

    def recreate(self, sensor: str, values: Mapping[str, MetricValue]) -> None:
        """Make again what was deleted at the agent.

        Args:
            sensor: Our id.
            values: Its metrics that are gone, ours, each with a value; none for the sensor itself.
        """
        ...
