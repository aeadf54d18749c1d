"""The check sums that chips put behind their answers."""

from collector_i2c.refusal import Reason, RefusedError

SENSIRION = 0x31
"""x^8 + x^5 + x^4 + 1: Sensirion's sensors, HTU21D, Si7021, AHT20."""

SMBUS = 0x07
"""x^8 + x^2 + x + 1: the packet error code, SMBus 3.2 section 6.4."""


def crc8(data: bytes, *, polynomial: int, start: int) -> int:
    """Return an 8-bit CRC, highest bit first, not reflected, no final XOR."""
    crc = start
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1) ^ polynomial if crc & 0x80 else crc << 1
        crc &= 0xFF
    return crc


def checked_words(frame: bytes, *, start: int = 0xFF) -> bytes:
    """Return the 16-bit words of a frame that has a CRC behind each, without those.

    Args:
        frame: Three bytes a word.
        start: The CRC's initial value: 0xFF with Sensirion's newer chips, 0 with HTU21D and kin.

    Raises:
        RefusedError: A CRC is wrong.
    """
    payload = bytearray()
    for at in range(0, len(frame), 3):
        word, told = frame[at : at + 2], frame[at + 2]
        _check(word, crc8(word, polynomial=SENSIRION, start=start), told)
        payload += word
    return bytes(payload)


def checked_frame(frame: bytes) -> bytes:
    """Return a frame whose last byte is the CRC of all others (initial value 0xFF), without it.

    Raises:
        RefusedError: The CRC is wrong.
    """
    payload, told = frame[:-1], frame[-1]
    _check(payload, crc8(payload, polynomial=SENSIRION, start=0xFF), told)
    return payload


def checked_pec(frame: bytes, *, address: int, command: bytes) -> bytes:
    """Return an SMBus answer without its packet error code, which covers the addresses too.

    Raises:
        RefusedError: The code is wrong.
    """
    payload, told = frame[:-1], frame[-1]
    sent = bytes((address << 1, *command, address << 1 | 1)) + payload
    _check(payload, crc8(sent, polynomial=SMBUS, start=0), told)
    return payload


def _check(payload: bytes, right: int, told: int) -> None:
    if right != told:
        raise RefusedError(
            Reason.CRC, f"{payload.hex(' ')} came with {told:#04x} instead of {right:#04x}"
        )
