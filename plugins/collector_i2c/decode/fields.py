"""Numbers out of bytes."""

import struct
from typing import Literal

Order = Literal["big", "little"]


def signed(value: int, bits: int) -> int:
    """Return a two's complement number of so many bits as what it stands for."""
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def integer(payload: bytes | bytearray, at: int, size: int, order: Order = "big") -> int:
    """Return the unsigned number in some bytes of a payload."""
    return int.from_bytes(payload[at : at + size], order)


def float32(payload: bytes, at: int, order: Order = "big") -> float:
    """Return the IEEE 754 number in four bytes of a payload."""
    return float(struct.unpack_from(">f" if order == "big" else "<f", payload, at)[0])
