"""How long to wait before a failed source is tried again."""

from random import Random

FIRST_S = 1.0
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
