"""What stands in the four tables of a simulated device."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from collector_modbus.registers.table import ADDRESSES, Block, Span, Table

_WORDS = 2**16
_NOTHING: Mapping[int, int] = MappingProxyType({})


class DeviceRegisters:
    """The words and bits of one device, as tests set them. Any thread may use it.

    Args:
        strict: Refuse addresses that were never set, in place of reading them as 0.
        forbidden: Blocks that are refused, also when a request only touches them.
    """

    def __init__(self, *, strict: bool = False, forbidden: Iterable[Block] = ()) -> None:
        self._lock = threading.Lock()
        self._strict = strict
        self._forbidden = set(forbidden)
        self._items: dict[Table, dict[int, int]] = {table: {} for table in Table}

    def set_words(self, table: Table, address: int, words: Sequence[int]) -> None:
        """Put words of 16 bits into the input or holding table, from this address on.

        Raises:
            ValueError: They do not fit there.
        """
        if table.holds_bits or not all(0 <= word < _WORDS for word in words):
            raise ValueError(f"{table} does not take {list(words)} as words of 16 bits")
        self._set(table, address, words)

    def set_bits(self, table: Table, address: int, bits: Sequence[bool]) -> None:
        """Put bits into the coil or discrete table, from this address on.

        Raises:
            ValueError: They do not fit there.
        """
        if not table.holds_bits:
            raise ValueError(f"{table} does not take bits")
        self._set(table, address, [int(bit) for bit in bits])

    def forbid(self, block: Block) -> None:
        """Refuse whatever touches this block from now on."""
        with self._lock:
            self._forbidden.add(block)

    def allow(self, block: Block) -> None:
        """Take a `forbid` back."""
        with self._lock:
            self._forbidden.discard(block)

    def read(self, block: Block, live: Mapping[int, int] = _NOTHING) -> list[int] | None:
        """Return the words of a block, or its bits as 0 and 1; None where the device refuses.

        Args:
            block: What was asked for.
            live: What stands at addresses of that table that were not set.
        """
        span = block.span
        with self._lock:
            if span.end > ADDRESSES or self._is_forbidden(block):
                return None
            known = {**live, **self._set_in(block)}
        if self._strict and not all(address in known for address in range(*_ends(span))):
            return None
        return [known.get(address, 0) for address in range(*_ends(span))]

    def _set(self, table: Table, address: int, items: Sequence[int]) -> None:
        if not 0 <= address <= ADDRESSES - len(items):
            raise ValueError(f"{len(items)} at {address} end behind the last address, 65535")
        with self._lock:
            self._items[table].update(enumerate(items, start=address))

    def _set_in(self, block: Block) -> dict[int, int]:
        items = self._items[block.table]
        return {at: items[at] for at in range(*_ends(block.span)) if at in items}

    def _is_forbidden(self, block: Block) -> bool:
        return any(
            each.table is block.table and each.span.touches(block.span) for each in self._forbidden
        )


def _ends(span: Span) -> tuple[int, int]:
    return span.address, span.end
