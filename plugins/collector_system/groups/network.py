"""Network interfaces."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from collector import Deadline, MetricValue
from collector_system.counters import Counters
from collector_system.decode.network import is_up, link_speed, parse_net_dev
from collector_system.groups.group import Machine, MetricGroup
from collector_system.table import BITS_PER_SECOND, FLAG, Measured, Row, Table, count_of

_ERRORS = count_of("errors")
_PACKETS = count_of("packets")


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface.

    Attributes:
        totals: Its counters, by the names of `parse_net_dev`.
        rates: Their growth per second; empty without an earlier look.
        up: Whether it can carry traffic; None when the kernel does not say.
        speed: Of the link in bit/s; None where there is none.
    """

    totals: Mapping[str, int]
    rates: Mapping[str, float]
    up: bool | None
    speed: float | None


def _total(counter: str) -> Callable[[Interface], MetricValue | None]:
    return lambda interface: interface.totals[counter]


def _bit_rate(counter: str) -> Callable[[Interface], MetricValue | None]:
    return lambda interface: interface.rates[counter] * 8 if interface.rates else None


INTERFACE: Table[Interface] = Table(
    (
        Row("net_{}_received_rate", "{} received", BITS_PER_SECOND, _bit_rate("received_bytes")),
        Row("net_{}_sent_rate", "{} sent", BITS_PER_SECOND, _bit_rate("sent_bytes")),
        Row("net_{}_received_errors", "{} receive errors", _ERRORS, _total("received_errors")),
        Row("net_{}_sent_errors", "{} send errors", _ERRORS, _total("sent_errors")),
        Row("net_{}_received_drops", "{} received, dropped", _PACKETS, _total("received_drops")),
        Row("net_{}_sent_drops", "{} not sent, dropped", _PACKETS, _total("sent_drops")),
        Row("net_{}_up", "{} up", FLAG, lambda interface: interface.up),
        Row("net_{}_speed", "{} link speed", BITS_PER_SECOND, lambda interface: interface.speed),
    )
)


class NetworkGroup(MetricGroup):
    """Every chosen interface: traffic, errors, and whether it is up."""

    needs_baseline = True

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._counters = Counters()

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        del deadline
        interfaces = parse_net_dev(self.machine.proc.text("net/dev"))
        at_s = self.machine.clock.monotonic_s()
        self._counters.keep_only(interfaces)
        for name in filter(self.machine.settings.interfaces.takes, interfaces):
            rates = self._counters.rates(name, interfaces[name], at_s)
            yield from INTERFACE.measure(self._with_link(name, interfaces[name], rates), of=name)

    def _with_link(
        self, name: str, totals: Mapping[str, int], rates: Mapping[str, float]
    ) -> Interface:
        sys = self.machine.sys
        up = is_up(sys.optional(f"class/net/{name}/operstate"))
        # Asking a link that is down is an error to the kernel.
        speed = link_speed(sys.number(f"class/net/{name}/speed")) if up else None
        return Interface(totals, rates, up, speed)
