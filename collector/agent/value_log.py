"""The pushes since the last values were stored, as they came, to be read again after a crash.

Storing ten values in the database costs more than everything else that happens to a push; keeping
its bytes costs one write. A record is a line of client, sensor, time of arrival and length,
separated by tabs, and then the message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from collector.agent.append_log import AppendLog
from collector.errors import StateError

FILE = "values.log"


@dataclass(frozen=True, slots=True)
class LoggedPush:
    """One push, as it came.

    Attributes:
        received_ms: When it came, milliseconds since the epoch.
        payload: The message.
    """

    client: str
    sensor: str
    received_ms: int
    payload: bytes


class ValueLog:
    """Keeps what was pushed until `clear`.

    Raises:
        StateError: The file cannot be opened or written.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        self._log = AppendLog(self._path)
        self._last = b""

    @property
    def size_bytes(self) -> int:
        """How much is kept."""
        return self._log.size_bytes

    def append(self, client: str, sensor: str, received_ms: int, payload: bytes) -> None:
        """Keep a push. It survives a killed process once this has returned."""
        head = f"{client}\t{sensor}\t{received_ms}\t{len(payload)}\n".encode()
        piece = b"%b%b\n" % (head, payload)
        self._log.append(piece)
        self._last = piece

    def take_back(self) -> None:
        """Forget the push that was kept last, as it is refused after all. Once for each."""
        self._log.take_back(self._last)
        self._last = b""

    def pushes(self) -> Iterator[LoggedPush]:
        """Return what is kept, in order, up to the first piece that a power cut has torn."""
        try:
            content = self._path.read_bytes()
        except OSError as error:
            raise StateError(f"{self._path}: cannot be read: {error.strerror}") from error
        start = 0
        while (end := content.find(b"\n", start)) >= 0:
            fields = content[start:end].decode("utf-8", "replace").split("\t")
            if len(fields) != _FIELDS or not (fields[2].isdecimal() and fields[3].isdecimal()):
                return
            client, sensor, received, length = fields
            start = end + 1 + int(length) + 1
            if content[start - 1 : start] != b"\n":
                return
            yield LoggedPush(client, sensor, int(received), content[end + 1 : start - 1])

    def clear(self) -> None:
        """Forget what is kept: it is stored elsewhere now."""
        self._log.clear()

    def close(self) -> None:
        """Release the file. Safe to call twice."""
        self._log.close()


_FIELDS = 4
