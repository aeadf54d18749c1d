"""What is connected to what on a simulated bus: chips, and multiplexers with chips behind them."""

from collections import defaultdict
from collections.abc import Iterator

from collector.testkit.i2c.chip import FakeChip
from collector_i2c.muxes import Hop, Path

_CHANNELS = 8


class Segment:
    """A pair of wires and what hangs on it."""

    def __init__(self) -> None:
        self._models: defaultdict[int, list[FakeChip]] = defaultdict(list)
        self._muxes: dict[int, Mux] = {}

    def add(self, path: Path, address: int, model: FakeChip) -> None:
        """Connect a chip, behind these multiplexers, which are there as soon as they are named."""
        if path:
            self._behind(path[0]).add(path[1:], address, model)
        else:
            self._models[address].append(model)

    def remove(self, path: Path, address: int, model: FakeChip) -> None:
        """Take a chip away again."""
        if path:
            self._behind(path[0]).remove(path[1:], address, model)
        else:
            self._models[address].remove(model)

    def at(self, address: int) -> Iterator[FakeChip]:
        """Yield everything that hears an address now."""
        yield from self._models.get(address, ())
        for mux_address, mux in self._muxes.items():
            if mux_address == address:
                yield mux
            yield from mux.at(address)

    def _behind(self, hop: Hop) -> "Segment":
        return self._muxes.setdefault(hop.address, Mux()).channel(hop)


class Mux(FakeChip):
    """A TCA9548A: one byte, a bit per channel."""

    def __init__(self) -> None:
        self._channels = [Segment() for _ in range(_CHANNELS)]
        self.mask = 0

    def channel(self, hop: Hop) -> Segment:
        """Return the wires behind one channel."""
        return self._channels[hop.channel]

    def at(self, address: int) -> Iterator[FakeChip]:
        """Yield everything behind its connected channels that hears an address."""
        for number, segment in enumerate(self._channels):
            if self.mask >> number & 1:
                yield from segment.at(address)

    def write(self, data: bytes) -> None:
        """See `FakeChip`."""
        if data:
            self.mask = data[-1]

    def read(self, count: int) -> bytes:
        """See `FakeChip`."""
        return bytes((self.mask,)) * count

    def reset(self) -> None:
        """See `FakeChip`."""
        self.mask = 0
