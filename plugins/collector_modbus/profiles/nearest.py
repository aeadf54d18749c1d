"""Names the name that was probably meant."""

import difflib
from collections.abc import Iterable

_MAX_LISTED = 12


def hint(wrong: str, names: Iterable[str]) -> str:
    """Return what to append to a complaint about a name: the nearest right one, or all if few.

    Args:
        wrong: The name, or a shell pattern, that fits none.
        names: The right ones.
    """
    known = list(names)
    nearest = difflib.get_close_matches(wrong.strip("*?"), known, n=1)
    if nearest:
        return f"; did you mean {nearest[0]!r}?"
    if not known:
        return "; there are none"
    rest = " and more" if len(known) > _MAX_LISTED else ""
    return f"; there are {', '.join(known[:_MAX_LISTED])}{rest}"
