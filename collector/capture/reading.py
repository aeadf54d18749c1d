"""Reads recordings."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from collector.capture.lines import BadLineError, Header, event_of, header_of
from collector.errors import ConfigError
from collector.plugin.tape import RecordedTape, TapeEvent

MAX_LINE_BYTES = 1024 * 1024
"""No line is longer; something else was named by mistake."""

MAX_FILE_BYTES = 256 * 1024 * 1024
"""A recording is played from memory, where its events take three times as much, about."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was read whole.

    Attributes:
        file: Where it is.
        header: What it is of.
        events: What passed, by the sources' names.
        is_cut: Whether its last line is not whole: it was ended in the middle of it.
    """

    file: Path
    header: Header
    events: Mapping[str, tuple[TapeEvent, ...]]
    is_cut: bool = False

    def tape(self, source: str, speed: float = 1.0) -> RecordedTape:
        """Return what was recorded of a source, which is in the header."""
        return _FileTape(source, self.events.get(source, ()), speed, file=self.file)


@dataclass(eq=False)
class _FileTape(RecordedTape):
    """Crosses to another process as the name of its file: it may be long."""

    file: Path = Path()

    def __reduce__(self) -> tuple[Callable[..., RecordedTape], tuple[Path, str, float]]:
        return _tape_in, (self.file, self.source, self.speed)


def load_recording(file: Path) -> Recording:
    """Read a recording; a last line that was cut is left out.

    Raises:
        ConfigError: It cannot be read or is damaged; names the line.
    """
    try:
        with file.open("rb") as stream:
            return _read(file, stream)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error


def _read(file: Path, stream: BinaryIO) -> Recording:
    number, is_cut = 1, False
    events: defaultdict[str, list[TapeEvent]] = defaultdict(list)
    try:
        header = header_of(stream.readline(MAX_LINE_BYTES))
        for line in _lines(stream):
            number += 1
            _check_size(stream.tell())
            is_cut = not line.endswith(b"\n")
            if is_cut and len(line) < MAX_LINE_BYTES:
                break
            source, event = event_of(line)
            events[source].append(event)
    except BadLineError as error:
        raise ConfigError(f"{file}:{number}: {error}") from None
    kept = {name: tuple(events.get(name, ())) for name in header.sources}
    return Recording(file, header, kept, is_cut)


def _check_size(size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise BadLineError(f"is beyond the {MAX_FILE_BYTES} bytes that can be played")


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(MAX_LINE_BYTES):
        yield line


def _tape_in(file: Path, source: str, speed: float) -> RecordedTape:
    return load_recording(file).tape(source, speed)
