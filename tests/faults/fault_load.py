"""What the collector reads during a fault: recorded sources, some sensors of some metrics."""

from dataclasses import dataclass
from pathlib import Path

SITE = Path(__file__).parent / "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A number of equal sources.

    Attributes:
        sensors: How many there are, named s0, s1 ...
        metrics: How many each has.
        interval: Between two reads, as the configuration writes it.
        per_read: Readings that one read gives.
        first_number: Of the first sensor: what it adds to its values, in VALUES_PER_SENSOR.
    """

    sensors: int = 4
    metrics: int = 2
    interval: str = "50ms"
    per_read: int = 1
    first_number: int = 0

    def tables(self, record: Path) -> list[str]:
        """Return the tables of the configuration."""
        return [
            f'[[source]]\nplugin = "recorded"\nsensor = "s{number}"\n'
            f"number = {self.first_number + number}\n"
            f'interval = "{self.interval}"\n'
            f'isolation = "thread"\nrecord = "{record}"\nmetrics = {self.metrics}\n'
            f"per_read = {self.per_read}\n"
            for number in range(self.sensors)
        ]


STANDARD = Load(sensors=20, metrics=5, interval="1s")
"""The load of the stated figures."""

BRISK = Load()
"""As many readings in a few seconds as tell something."""
