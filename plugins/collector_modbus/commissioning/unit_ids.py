"""Lists of unit ids, as people write them."""

import re
from collections.abc import Iterator

HIGHEST_UNIT = 255
HIGHEST_SERIAL_UNIT = 247
"""0 is for broadcasts and 248 to 255 are reserved (Modbus over Serial Line 1.02, section 2.2)."""

_RANGE = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


def unit_ids(text: str) -> tuple[int, ...]:
    """Return the unit ids of ``1-20,247``, each once, in the order that they are written.

    Raises:
        ValueError: It is no such list.
    """
    return tuple(dict.fromkeys(unit for part in text.split(",") for unit in _part(part.strip())))


def _part(text: str) -> Iterator[int]:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no unit id or range: write 1-20,247")
    first, last = int(match[1]), int(match[2] or match[1])
    if not first <= last <= HIGHEST_UNIT:
        raise ValueError(f"{text!r} is no range of unit ids, which are 0 to {HIGHEST_UNIT}")
    yield from range(first, last + 1)
