"""One transfer on an I2C bus: messages that nothing of anybody else comes between."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from collector.testkit.i2c.chip import FakeChip, no_acknowledge


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as ``I2C_RDWR`` has them.

    Attributes:
        address: Whom it is for, 7 bits.
        data: What is written; None where something is read.
        count: How many bytes are read.
    """

    address: int
    data: bytes | None = None
    count: int = 0


Transfer = Callable[[Sequence[Message]], Sequence[bytes]]
"""Makes a transfer and returns what each message read, nothing for those that write; or raises the
OSError that the kernel would answer."""


def on_chips(at: Callable[[int], Iterable[FakeChip]]) -> Transfer:
    """Return what makes transfers with the chips that hear an address."""

    def transfer(messages: Sequence[Message]) -> Sequence[bytes]:
        begun: set[int] = set()
        answers = []
        for message in messages:
            chips = list(at(message.address))
            if not chips:
                raise no_acknowledge()
            if message.address not in begun:
                begun.add(message.address)
                for chip in chips:
                    chip.begin()
            answers.append(_exchanged(chips, message))
        return answers

    return transfer


def _exchanged(chips: Sequence[FakeChip], message: Message) -> bytes:
    if message.data is None:
        return _read(chips, message.count)
    for chip in chips:
        chip.write(message.data)
    return b""


def _read(chips: Sequence[FakeChip], count: int) -> bytes:
    # Open drain: where two answer, a 0 wins.
    answer = bytes(b"\xff" * count)
    for chip in chips:
        answer = bytes(a & b for a, b in zip(answer, chip.read(count), strict=True))
    return answer
