"""The faults of a simulated line. Pure, and the same each time for the same seed."""

import random

from collector_serial.settings.simulate import SimulateSettings

_MAX_NOISE_BYTES = 20


class Faults:
    """Does to frames what a bad cable does to them."""

    def __init__(self, settings: SimulateSettings) -> None:
        self._settings = settings
        self._random = random.Random(settings.seed)  # noqa: S311 - faults, not secrets

    def on(self, frame: bytes) -> bytes:
        """Return what arrives of a frame; empty if nothing does."""
        settings = self._settings
        if self._happens(settings.silent) or not frame:
            return b""
        if self._happens(settings.damaged):
            frame = self._damaged(frame)
        if self._happens(settings.torn):
            frame = frame[: self._random.randrange(len(frame))]
        if self._happens(settings.noise):
            frame = self._random.randbytes(self._random.randint(1, _MAX_NOISE_BYTES)) + frame
        return frame

    def _happens(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    def _damaged(self, frame: bytes) -> bytes:
        bit = self._random.randrange(8 * len(frame))
        changed = bytearray(frame)
        changed[bit // 8] ^= 1 << bit % 8
        return bytes(changed)
