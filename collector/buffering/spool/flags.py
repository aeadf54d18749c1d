"""Which readings of a segment are settled, in few bytes, however they lie among those that wait.

A sensor whose readings have to wait, between those of others that are delivered, leaves a run of
settled ones before each of its own. Written one by one these would be more than the readings.
"""

import zlib
from base64 import b64decode, b64encode

_FAST = 1


def pack(flags: bytes) -> str:
    """Return flags, a byte of 0 or 1 for each reading, as text for a record."""
    return b64encode(zlib.compress(flags, _FAST)).decode()


def unpack(text: str, most: int) -> bytes:
    """Return the flags in a text; none where it holds no flags.

    Args:
        text: What `pack` returned, or anything.
        most: So many flags are taken at most.
    """
    try:
        return zlib.decompressobj().decompress(b64decode(text, validate=True), most)
    except (ValueError, zlib.error):
        return b""
