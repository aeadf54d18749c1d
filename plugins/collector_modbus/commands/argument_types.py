"""What options take: each refuses the rest with what would be right."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from collector_modbus.commissioning.unit_ids import unit_ids

_LONGEST_S = 60.0


def integer(least: int, most: int) -> Callable[[str], int]:
    """Return what takes a number from least to most, also as ``0x1F``."""

    def parsed(text: str) -> int:
        try:
            number = int(text, 0)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ArgumentTypeError(f"must be a number from {least} to {most}, not {text!r}")
        return number

    return parsed


def seconds(text: str) -> float:
    """Take seconds, more than none and at most a minute."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= _LONGEST_S:
        raise ArgumentTypeError(f"must be seconds, such as 0.3 (at most 60), not {text!r}")
    return number


def units(text: str) -> tuple[int, ...]:
    """Take unit ids: ``1-20,247``."""
    try:
        return unit_ids(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def shown_number(text: str) -> str:
    """Take what a display shows, with a point or a comma; its digits are kept."""
    number = text.strip().replace(",", ".")
    try:
        is_number = Decimal(number).is_finite()
    except InvalidOperation:
        is_number = False
    if not is_number:
        raise ArgumentTypeError(f"must be a number as the device shows it: 230.4, not {text!r}")
    return number
