"""What a recording is to be: where it is written, and when it ends; and what became of it."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from collector.capture.lines import Header
from collector.capture.recorder import Recorder
from collector.capture.secrets import Mask
from collector.cli.record_file import RecordFile
from collector.clock import Clock

EXIT_NO = 1


@dataclass(slots=True)
class RecordOrder:
    """One recording.

    Attributes:
        output: The file to be made.
        duration_s: How long to record.
        max_bytes: How large the file may become.
        clock: The time.
        ended: Set when no more is wanted.
        why: Why it ended before its time, in words; empty if it did not.
        is_damaged: Whether that was because the file could not be written.
    """

    output: Path
    duration_s: float
    max_bytes: int
    clock: Clock
    ended: Event = field(default_factory=Event)
    why: str = ""
    is_damaged: bool = False

    @contextmanager
    def recorder(self, header: Header, mask: Mask) -> Iterator[Recorder]:
        """Make the file, and give what writes it.

        Raises:
            UsageError: It cannot be made.
        """
        with RecordFile.create(self.output) as file:

            def write(line: bytes) -> None:
                try:
                    file.write(line)
                except OSError:
                    self.is_damaged = True
                    raise

            yield Recorder(
                write, header, mask, self.clock, max_bytes=self.max_bytes, on_full=self.end
            )

    def end(self, why: str) -> None:
        """End it before its time. From any thread."""
        self.why = why
        self.ended.set()

    def outcome(self, recorder: Recorder) -> int:
        """Say why it ended, if that was before its time, and return the exit code."""
        if self.why:
            print(f"{self.output}: ended, as {self.why}", file=sys.stderr)
        is_any = any(tally.events for tally in recorder.tallies.values())
        return 0 if is_any and not self.is_damaged else EXIT_NO


def tell_left_out(sources: Mapping[str, str]) -> None:
    """Say which sources are not recorded although nobody named others, and why."""
    for name, why in sources.items():
        print(f"{name}: left out: {why}", file=sys.stderr)
