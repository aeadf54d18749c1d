"""Which channels of which multiplexers are connected, and how to reach a chip behind them.

A TCA9548A holds one byte: a bit per channel, 0 for none (TI SCPS207, "Control Register"). It keeps
the byte until it is written again or reset. Nested ones form a tree; only the path to one chip is
ever connected, so chips with equal addresses on different channels never answer together.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from collector_i2c.bus import TransferError
from collector_i2c.refusal import Reason, RefusedError


class Hop(NamedTuple):
    """One channel of one multiplexer."""

    address: int
    channel: int

    @property
    def mask(self) -> int:
        """What its register holds when this channel alone is connected."""
        return 1 << self.channel


Path = tuple[Hop, ...]
"""The way to a chip, outermost multiplexer first; empty for one on the bus itself."""

_GONE_AFTER = 10
"""So many transfers without an answer in a row are no disturbance."""

Transfer = Callable[[int, bytes, int], bytes]


class Muxes:
    """All multiplexers of one bus.

    Args:
        transfer: Reaches whatever is connected now.
    """

    def __init__(self, transfer: Transfer) -> None:
        self._transfer = transfer
        self._known: defaultdict[Path, set[int]] = defaultdict(set)
        self._masks: dict[tuple[Path, int], int] = {}
        self._connected: Path | None = None
        self._unanswered: dict[tuple[Path, int], int] = {}

    def learn(self, path: Path) -> None:
        """Take note of the multiplexers on a path."""
        for depth, hop in enumerate(path):
            self._known[path[:depth]].add(hop.address)

    def connect(self, path: Path) -> None:
        """Connect one path and nothing else. Costs nothing when it is connected already.

        Raises:
            TransferError: A multiplexer of the path does not answer.
            RefusedError: One did not take its channel.
        """
        if path == self._connected:
            return
        self._connected = None
        for depth, hop in enumerate(path):
            self._disconnect(path[:depth], but=hop.address)
            self._select(path[:depth], hop)
        self._disconnect(path)
        self._connected = path

    def forget(self) -> None:
        """Take nothing for granted: after a failure, a multiplexer may have been reset."""
        self._masks.clear()
        self._connected = None

    def _select(self, before: Path, hop: Hop) -> None:
        if self._masks.get((before, hop.address)) == hop.mask:
            return
        self._transfer(hop.address, bytes((hop.mask,)), 0)
        told = self._transfer(hop.address, b"", 1)[0]
        if told != hop.mask:
            raise RefusedError(
                Reason.SETTINGS_LOST,
                f"the multiplexer at {hop.address:#04x} is on {told:#04x}, not on {hop.mask:#04x}",
            )
        self._masks[before, hop.address] = hop.mask
        self._unanswered[before, hop.address] = 0

    def _disconnect(self, before: Path, but: int | None = None) -> None:
        for address in self._known.get(before, ()):
            if address == but or self._masks.get((before, address)) == 0:
                continue
            try:
                self._transfer(address, b"\0", 0)
            except TransferError as error:
                if error.meaning.is_of_bus or self._may_be_there((before, address)):
                    raise
                continue  # one that is not there connects nothing
            self._masks[before, address] = 0
            self._unanswered[before, address] = 0

    def _may_be_there(self, mux: tuple[Path, int]) -> bool:
        """Tell whether a multiplexer that did not answer may still connect its last channel.

        It does if only this transfer was disturbed, and then two chips of one address would answer
        together. One that was pulled out must not hold up the others for ever.
        """
        if mux not in self._unanswered:
            return False  # it was never there
        self._unanswered[mux] += 1
        return self._unanswered[mux] < _GONE_AFTER
