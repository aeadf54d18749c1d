"""Chips made of registers of two bytes, high byte first."""

from collections.abc import Mapping

from collector.testkit.i2c.chip import FakeChip


class Words(FakeChip):
    """A chip's register map.

    Args:
        image: What the registers hold when its power comes.

    Attributes:
        registers: What they hold; of others, 0.
    """

    def __init__(self, image: Mapping[int, int]) -> None:
        self._image = image
        self._pointer = 0
        self.registers = dict(image)

    def write(self, data: bytes) -> None:
        """See `FakeChip`."""
        if data:
            self._pointer = data[0]
        if len(data) > 2:  # noqa: PLR2004 - a pointer and two bytes
            self.store(self._pointer, int.from_bytes(data[1:3], "big"))

    def read(self, count: int) -> bytes:
        """See `FakeChip`."""
        self.refresh()
        word = self.registers.get(self._pointer, 0) & 0xFFFF
        return (word.to_bytes(2, "big") * count)[:count]

    def reset(self) -> None:
        """See `FakeChip`."""
        self.registers = dict(self._image)

    def store(self, register: int, word: int) -> None:
        """Take a word that was written to a register."""
        self.registers[register] = word

    def refresh(self) -> None:
        """Bring the registers to this moment, before they are read."""
