"""How long to wait before a failed source is tried again."""

import math
from random import Random

FIRST_S = 1.0
SHORTEST_WISH_S = 0.05
LONGEST_WISH_S = 3600.0
LONGEST_S = 300.0
_SHORTEST_SHARE = 0.8


class Pauses:
    """Doubles from 1 s to 300 s, each shortened at random so that sources do not move in step."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._ceiling_s = FIRST_S

    def next_s(self) -> float:
        """Return the next pause in seconds."""
        ceiling_s = self._ceiling_s
        self._ceiling_s = min(LONGEST_S, 2 * ceiling_s)
        return ceiling_s * self._random.uniform(_SHORTEST_SHARE, 1)

    def longest_s(self) -> float:
        """Return a pause of the longest kind, where only a human can help."""
        self._ceiling_s = LONGEST_S
        return self.next_s()

    def reset(self) -> None:
        """Begin again with the shortest, after a success."""
        self._ceiling_s = FIRST_S


def wished_s(seconds: object) -> float | None:
    """Return the pause that a source asks for, kept within 0.05 to 3600 s.

    Args:
        seconds: As the plugin gave it, which may be anything.

    Returns:
        None if it is no finite number.
    """
    if not isinstance(seconds, int | float) or not -math.inf < seconds < math.inf:
        return None
    return float(min(max(seconds, SHORTEST_WISH_S), LONGEST_WISH_S))
