from collections.abc import Callable
from pathlib import Path

import pytest

from collector.capture.lines import Header
from collector.capture.recorder import Recorder
from collector.capture.secrets import Mask
from collector.testkit.clock import FakeClock

HEADER = Header(
    version="1.2.3",
    recorded_at_ms=1_700_000_000_000,
    sources={"hall": {"plugin": "probe", "sensor": "s", "name": "hall"}},
)


class Kept:
    """A recording in memory, and why it ended."""

    def __init__(self, clock: FakeClock, max_bytes: int, secrets: tuple[str, ...]) -> None:
        self.lines: list[bytes] = []
        self.full: list[str] = []
        self.is_broken = False
        self.recorder = Recorder(
            self._write, HEADER, Mask.of(secrets), clock,
            max_bytes=max_bytes, on_full=self.full.append,
        )  # fmt: skip

    def _write(self, line: bytes) -> None:
        if self.is_broken:
            raise OSError(28, "No space left on device")
        self.lines.append(line)

    def saved_as(self, file: Path) -> Path:
        file.write_bytes(b"".join(self.lines))
        return file


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def keep(clock: FakeClock) -> Callable[..., Kept]:
    def kept(max_bytes: int = 100_000, secrets: tuple[str, ...] = ()) -> Kept:
        return Kept(clock, max_bytes, secrets)

    return kept
