"""The Raspberry Pi's power and heat flags, and the wear of flash memory."""

import re
from dataclasses import dataclass

_THROTTLED = re.compile(r"(?:throttled=)?(?:0x)?([0-9a-fA-F]{1,8})")
_PRE_EOL = {1: "normal", 2: "warning", 3: "urgent"}
_LIFE_UNKNOWN = 0
_LIFE_EXCEEDED = 11


@dataclass(frozen=True, slots=True)
class BoardHealth:
    """What holds a Raspberry Pi back: now, and at some time before.

    The kernel's own watcher clears the second four every few seconds, so they tell of the time
    since anybody last asked.
    """

    under_voltage: bool
    frequency_capped: bool
    throttled: bool
    temperature_limit: bool
    under_voltage_occurred: bool
    frequency_capped_occurred: bool
    throttled_occurred: bool
    temperature_limit_occurred: bool


@dataclass(frozen=True, slots=True)
class EmmcLife:
    """How much of an eMMC's life is used: the lower end of a step of 10 %; None: unknown."""

    slc_used_percent: float | None
    mlc_used_percent: float | None


def parse_throttled(text: str) -> BoardHealth:
    """Return the flags of ``throttled=0x50000`` (vcgencmd) or ``50000`` (sysfs).

    Bits 0 to 3 are now, bits 16 to 19 the same at some time before.
    """
    match = _THROTTLED.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"get_throttled: expected a hexadecimal number, got {text!r}")
    bits = int(match[1], 16)
    return BoardHealth(*(bool(bits >> bit & 1) for bit in (0, 1, 2, 3, 16, 17, 18, 19)))


def parse_life_time(text: str) -> EmmcLife:
    """Return what an eMMC's ``life_time`` says, such as ``0x01 0x03``.

    JEDEC: 1 stands for 0-10 % used, 10 for 90-100 %, 11 for beyond, 0 for not given.
    """
    words = text.split()
    if len(words) != 2:  # noqa: PLR2004 - the areas of type A (SLC) and B (MLC)
        raise ValueError(f"life_time: expected two numbers, got {text!r}")
    return EmmcLife(_used_percent(int(words[0], 16)), _used_percent(int(words[1], 16)))


def parse_pre_eol(text: str) -> str | None:
    """Return an eMMC's ``pre_eol_info`` as ``normal``, ``warning`` or ``urgent``; None: unknown."""
    return _PRE_EOL.get(int(text, 16))


def _used_percent(step: int) -> float | None:
    if not _LIFE_UNKNOWN < step <= _LIFE_EXCEEDED:
        return None
    return (step - 1) * 10.0
