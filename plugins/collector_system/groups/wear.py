"""How far flash memory is worn, and how much was written to it."""

from collections.abc import Iterator
from functools import partial

from collector import Deadline
from collector_system.decode.board import EmmcLife, parse_life_time, parse_pre_eol
from collector_system.groups.group import MetricGroup
from collector_system.table import BITS, PERCENT, TEXT, Measured, Row, Table

_KIB_BITS = 8192

LIFE: Table[EmmcLife] = Table(
    (
        Row("wear_{}_slc_used", "{} life used (SLC)", PERCENT, lambda life: life.slc_used_percent),
        Row("wear_{}_mlc_used", "{} life used (MLC)", PERCENT, lambda life: life.mlc_used_percent),
    )
)
RESERVE: Table[str] = Table((Row("wear_{}_reserve", "{} spare blocks", TEXT, lambda state: state),))
WRITTEN: Table[int] = Table(
    (Row("wear_{}_written", "{} written ever", BITS, lambda kib: kib * _KIB_BITS),)
)


class WearGroup(MetricGroup):
    """Every eMMC, and every ext4 file system."""

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        sys = self.machine.sys
        for name in sys.names("fs/ext4"):
            kib = sys.number(f"fs/ext4/{name}/lifetime_write_kbytes")
            if kib is not None:
                yield from WRITTEN.measure(kib, of=name)
        for name in sys.names("block"):
            if name.startswith("mmcblk"):
                yield from self._emmc(name, deadline)

    def _emmc(self, name: str, deadline: Deadline) -> Iterator[Measured]:
        sys, guard = self.machine.sys, self.machine.guard
        path = f"block/{name}/device"
        life = guard.call(f"{name} life", partial(sys.optional, f"{path}/life_time"), deadline)
        if life:
            yield from LIFE.measure(parse_life_time(life), of=name)
        reserve = guard.call(
            f"{name} life", partial(sys.optional, f"{path}/pre_eol_info"), deadline
        )
        state = parse_pre_eol(reserve) if reserve else None
        if state:
            yield from RESERVE.measure(state, of=name)
