"""Numbers and flags as devices write them."""

import math

Raw = float | int | str | bool
"""A value as a decoder finds it."""

_TRUE = frozenset({"1", "true", "on", "yes"})
_FALSE = frozenset({"0", "false", "off", "no"})


def number(raw: Raw) -> float | None:
    """Return a finite number, also of a text that is exactly one; None of all else."""
    if isinstance(raw, str):
        return parsed(raw)
    try:
        found = float(raw)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def parsed(text: str) -> float | None:
    """Return the number that a text is; None for ``nan``, ``inf``, ``1_0`` and for words."""
    if "_" in text:
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def flag(raw: Raw) -> bool | None:
    """Return true or false of a flag, a number or a word; None of all else."""
    if not isinstance(raw, str):
        return bool(raw)
    word = raw.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None
