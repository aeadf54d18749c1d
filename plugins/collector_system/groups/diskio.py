"""Traffic of block devices."""

from collections.abc import Iterator, Mapping

from collector import Deadline
from collector_system.counters import Counters
from collector_system.decode.disk import SECTOR_BYTES, parse_diskstats
from collector_system.groups.group import Machine, MetricGroup
from collector_system.table import BITS_PER_SECOND, PER_SECOND, PERCENT, Measured, Row, Table

_SECTOR_BITS = SECTOR_BYTES * 8

TRAFFIC: Table[Mapping[str, float]] = Table(
    (
        Row("io_{}_read_rate", "{} read", BITS_PER_SECOND, lambda io: io["read"] * _SECTOR_BITS),
        Row(
            "io_{}_write_rate",
            "{} written",
            BITS_PER_SECOND,
            lambda io: io["written"] * _SECTOR_BITS,
        ),
        Row("io_{}_reads", "{} reads", PER_SECOND, lambda io: io["reads"]),
        Row("io_{}_writes", "{} writes", PER_SECOND, lambda io: io["writes"]),
        # Milliseconds per second are tenths of a percent.
        Row("io_{}_busy_percent", "{} busy", PERCENT, lambda io: min(100.0, io["busy"] / 10.0)),
    )
)


class DiskIoGroup(MetricGroup):
    """Every block device, without its partitions."""

    needs_baseline = True

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._counters = Counters()

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        del deadline
        devices = parse_diskstats(self.machine.proc.text("diskstats"))
        at_s = self.machine.clock.monotonic_s()
        whole = [name for name in self.machine.sys.names("block") if name in devices]
        self._counters.keep_only(whole)
        for device in filter(self.machine.settings.devices.takes, whole):
            rates = self._counters.rates(device, devices[device], at_s)
            if rates:
                yield from TRAFFIC.measure(rates, of=device)
