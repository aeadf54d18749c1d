"""A chip that answers as it did when it was recorded: to the same transfer the same."""

import errno
from collections import defaultdict
from dataclasses import dataclass

from collector import RecordedTape
from collector.testkit.i2c.chip import FakeChip, no_acknowledge
from collector_i2c.errnos import number_of


@dataclass(slots=True)
class _Transfer:
    """What became of one.

    Attributes:
        answer: What was read; None if nothing was to be.
        error: The kernel's error number; 0 if it worked.
    """

    answer: bytes | None = None
    error: int = 0


class ReplayedChip(FakeChip):
    """Transfers that write the same are answered in the order of the recording, then as the last.

    Args:
        tape: What was recorded.
    """

    def __init__(self, tape: RecordedTape) -> None:
        self._tape = tape
        self._transfers: defaultdict[bytes, list[_Transfer]] = defaultdict(list)
        self._written = b""
        self._answer: bytes | None = None
        transfer = _Transfer()
        for event in tape.events:
            if event.direction == "out":
                transfer = _Transfer()
                self._transfers[event.data].append(transfer)
            elif event.direction == "in":
                transfer.answer = event.data
            else:
                transfer.error = number_of(event.data)

    def begin(self) -> None:
        """See `FakeChip`."""
        self._written, self._answer = b"", None

    def write(self, data: bytes) -> None:
        """See `FakeChip`. What follows upon it is decided here, as a read may or may not come."""
        self._written = data
        self._answer = self._next(data)

    def read(self, count: int) -> bytes:
        """See `FakeChip`."""
        answer = self._answer if self._written else self._next(b"")
        if answer is None or len(answer) != count:
            raise self._missed(f"a read of {count} bytes after {self._written.hex(' ')!r}")
        return answer

    def reset(self) -> None:
        """See `FakeChip`."""

    def _next(self, data: bytes) -> bytes | None:
        transfers = self._transfers.get(data)
        if not transfers:
            raise self._missed(f"the transfer {data.hex(' ')!r}")
        transfer = transfers.pop(0) if len(transfers) > 1 else transfers[0]
        if transfer.error:
            raise OSError(transfer.error, errno.errorcode[transfer.error])
        return transfer.answer

    def _missed(self, what: str) -> OSError:
        self._tape.miss(what)
        return no_acknowledge()
