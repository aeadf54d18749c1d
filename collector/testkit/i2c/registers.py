"""Chips made of registers of one byte, with a pointer that moves on by itself."""

from collections.abc import Mapping

from collector.testkit.i2c.chip import FakeChip

_SIZE = 256


class RegisterChip(FakeChip):
    """A chip's register map.

    Args:
        image: What the registers hold when its power comes, by the first one's number.

    Attributes:
        memory: What they hold.
    """

    def __init__(self, image: Mapping[int, bytes]) -> None:
        self._image = image
        self._pointer = 0
        self.memory = bytearray(_SIZE)
        self.reset()

    def write(self, data: bytes) -> None:
        """See `FakeChip`."""
        if not data:
            return
        self._pointer = self.pointed(data[0])
        for byte in data[1:]:
            self.store(self._pointer, byte)
            self._pointer = (self._pointer + 1) % _SIZE

    def read(self, count: int) -> bytes:
        """See `FakeChip`."""
        self.refresh()
        at = self._pointer
        self._pointer = (at + count) % _SIZE
        return bytes((self.memory + self.memory)[at : at + count])

    def reset(self) -> None:
        """See `FakeChip`."""
        self.memory[:] = bytes(_SIZE)
        self.load(self._image)

    def load(self, image: Mapping[int, bytes]) -> None:
        """Put bytes into registers."""
        for at, content in image.items():
            self.memory[at : at + len(content)] = content

    def pointed(self, byte: int) -> int:
        """Return which register a pointer byte means."""
        return byte

    def store(self, register: int, byte: int) -> None:
        """Take a byte that was written to a register."""
        self.memory[register] = byte

    def refresh(self) -> None:
        """Bring the registers to this moment, before they are read."""
