"""Turns names that the kernel gives (mount points, interfaces, chips) into parts of metric ids.

The same name always gives the same part, and two names never share one: a name that has to be
changed or shortened ends in six digits of its hash, and a name that only looks so gets them too.
"""

import hashlib
import re

_SAFE = re.compile(r"[A-Za-z0-9_-]+")
_UNSAFE_RUN = re.compile(r"[^A-Za-z0-9-]+")
_HASH_DIGITS = 6
_LOOKS_HASHED = re.compile(r".*-[0-9a-f]{6}")
_PATH_OF_PLAIN_WORDS = re.compile(r"(/[A-Za-z0-9-]+)+")


def id_part(name: str, longest: int) -> str:
    """Return the name as it stands when an id can hold it, else a short form with a hash.

    Args:
        name: Any text; upper and lower case are kept.
        longest: How many characters there is room for, 8 or more.
    """
    return _whole_or_hashed(name if _SAFE.fullmatch(name) else None, name, longest)


def mount_part(mount_point: str, longest: int) -> str:
    """Return ``root`` for ``/``, ``boot_firmware`` for ``/boot/firmware``; see `id_part`."""
    if mount_point == "/":
        return "root"
    plain = mount_point[1:].replace("/", "_")
    keeps = _PATH_OF_PLAIN_WORDS.fullmatch(mount_point) and plain != "root"
    return _whole_or_hashed(plain if keeps else None, mount_point, longest)


def _whole_or_hashed(plain: str | None, name: str, longest: int) -> str:
    if plain is not None and len(plain) <= longest and not _LOOKS_HASHED.fullmatch(plain):
        return plain
    digits = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:_HASH_DIGITS]
    readable = _UNSAFE_RUN.sub("_", name).strip("_")[: longest - _HASH_DIGITS - 1]
    return f"{readable}-{digits}"
