"""Whose a place is where root would write: what root makes there would be closed to its owner."""

import os
import pwd
from pathlib import Path


def other_owner(place: Path) -> pwd.struct_passwd | None:
    """Return the user to whom a place belongs where we are root; None if it may be root's.

    Args:
        place: What is there already of it counts: itself, or the nearest directory above.
    """
    if os.geteuid() != 0:
        return None
    there = next(each for each in (place, *place.absolute().parents) if each.exists())
    uid = there.stat().st_uid
    try:
        return pwd.getpwuid(uid) if uid else None
    except KeyError:
        return None
