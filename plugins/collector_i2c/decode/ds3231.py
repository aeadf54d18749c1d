"""DS3231: its clock and its thermometer (Maxim 19-5170, tables 1 and "Temperature registers")."""

from datetime import datetime

_CENTURY, _TWELVE_HOURS, _AFTERNOON = 0x80, 0x40, 0x20


def celsius(registers: bytes) -> float:
    """Return the temperature in registers 0x11 and 0x12: ten bits, left aligned."""
    return (int.from_bytes(registers, "big", signed=True) >> 6) / 4


def clock_time(registers: bytes) -> datetime:
    """Return the time in registers 0x00 to 0x06, without a zone: whatever it was set to.

    Raises:
        ValueError: They hold no time.
    """
    second, minute, hour, _weekday, day, month, year = registers
    century = 2100 if month & _CENTURY else 2000
    return datetime(  # noqa: DTZ001 - the chip knows of no zone
        century + _decimal(year),
        _decimal(month & 0x1F),
        _decimal(day),
        _hour(hour),
        _decimal(minute),
        _decimal(second),
    )


def _hour(byte: int) -> int:
    if not byte & _TWELVE_HOURS:
        return _decimal(byte)
    hour = _decimal(byte & 0x1F) % 12
    return hour + 12 if byte & _AFTERNOON else hour


def _decimal(byte: int) -> int:
    tens, ones = byte >> 4, byte & 0x0F
    if tens > 9 or ones > 9:  # noqa: PLR2004 - decimal digits
        raise ValueError(f"{byte:#04x} is no binary coded decimal")
    return 10 * tens + ones
