"""What becomes of a request: answered well, late, wrongly, damaged or not at all. Pure."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from collector_modbus.registers.table import Block
from collector_modbus.settings.simulate import SimulateSettings
from collector_modbus.simulator.pdus import Frame

_MAX_NOISE_BYTES = 8
_RECOGNIZABLE_BYTES = 8
"""Of a frame without checksum: the MBAP header and the function, whose damage can be noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it arrived.

    Attributes:
        unit_id: Whom it was for.
        function: Its function code.
        block: What it reads; None if it is no read that makes sense.
        number: The how-manieth for that unit, from 1.
        transaction_id: Of Modbus TCP; else 0.
        is_checked: Whether frames have a checksum on this link.
    """

    unit_id: int
    function: int
    block: Block | None = None
    number: int = 1
    transaction_id: int = 0
    is_checked: bool = True


def unchanged(frame: bytes) -> bytes:
    """Return a frame as it is."""
    return frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of one request. As it stands: the right answer, at once.

    Attributes:
        delay_s: How long after the request the answer starts.
        silent: There is no answer.
        exception: Refuse with this code.
        pdu: Send this in place of the right answer: the function code and what follows it.
        unit_id: Answer under this unit id.
        function: Answer with this function code.
        transaction_id: Turns the request's transaction id into that of the answer.
        mangle: Turns the answer's frame into what is sent.
        copies: How often the frame is sent, in one go.
        split_at: Send so many bytes first, and the others after ``pause_s``; 0 sends all at once.
        pause_s: See ``split_at``.
    """

    delay_s: float = 0.0
    silent: bool = False
    exception: int | None = None
    pdu: bytes | None = None
    unit_id: int | None = None
    function: int | None = None
    transaction_id: Callable[[int], int] | None = None
    mangle: Callable[[bytes], bytes] = unchanged
    copies: int = 1
    split_at: int = 0
    pause_s: float = 0.0

    def disguised(self, right: Frame) -> Frame:
        """Return the answer with the wrong identity that this outcome gives it."""
        unit_id = right.unit_id if self.unit_id is None else self.unit_id
        pdu = right.pdu if self.function is None else bytes([self.function]) + right.pdu[1:]
        changed = self.transaction_id
        transaction_id = changed(right.transaction_id) if changed else right.transaction_id
        return Frame(unit_id, pdu, transaction_id)

    def pieces(self, frame: bytes) -> list[tuple[float, bytes]]:
        """Return what is sent, each with the seconds after the answer's start."""
        sent = self.mangle(frame) * self.copies
        if not self.split_at:
            return [(0.0, sent)]
        return [(0.0, sent[: self.split_at]), (self.pause_s, sent[self.split_at :])]


Script = Callable[[Request], Outcome | None] | Sequence[Outcome | None]
"""What a test wants: per request, or for the first ones in their order; None is as usual."""


def zero_id(transaction_id: int) -> int:
    """Return 0, as some gateways do."""
    del transaction_id
    return 0


def foreign_id(transaction_id: int) -> int:
    """Return a transaction id that nobody asked with yet."""
    return (transaction_id + 0x4000) % 0x10000


def swapped_id(transaction_id: int) -> int:
    """Return the transaction id with its two bytes swapped."""
    return transaction_id % 256 * 256 + transaction_id // 256


def drawn_outcome(simulate: SimulateSettings, request: Request) -> Outcome:
    """Draw what becomes of a request; the same settings and request give the same."""
    if simulate.dead:
        return Outcome(silent=True)
    draw = random.Random(f"{simulate.seed}/{request.unit_id}/{request.number}")  # noqa: S311 - faults
    outcome = Outcome(delay_s=simulate.latency)
    late, refused = simulate.late, simulate.exceptions
    if late is not None and draw.random() < late.share:
        outcome = replace(outcome, delay_s=simulate.latency + draw.uniform(late.least, late.most))
    if refused is not None and draw.random() < refused.share:
        outcome = replace(outcome, exception=refused.code)
    if draw.random() < simulate.garbage:
        outcome = replace(outcome, mangle=_drawn_damage(draw, is_checked=request.is_checked))
    return outcome


def _drawn_damage(draw: random.Random, *, is_checked: bool) -> Callable[[bytes], bytes]:
    kind, share = draw.randrange(3), draw.random()
    if kind == 0:
        noise = draw.randbytes(draw.randint(1, _MAX_NOISE_BYTES))
        return lambda frame: noise + frame
    if kind == 1:
        return lambda frame: frame[: int(share * len(frame))]
    return lambda frame: _with_flipped_bit(frame, share, is_checked=is_checked)


def _with_flipped_bit(frame: bytes, share: float, *, is_checked: bool) -> bytes:
    # Damage that no receiver could notice would be a lie of the device, and not of the link.
    reach = len(frame) if is_checked else _RECOGNIZABLE_BYTES
    byte, bit = divmod(int(share * 8 * min(reach, len(frame))), 8)
    return frame[:byte] + bytes([frame[byte] ^ 1 << bit]) + frame[byte + 1 :]
