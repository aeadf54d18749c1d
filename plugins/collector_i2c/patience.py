"""How long a bus that is held is left alone, and by whom."""

from collections.abc import Hashable

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


class Patience:
    """Pauses that grow: of a bus while nothing on it works, of a chip while it holds the bus up.

    One held line would cost a timeout of the adapter, often a second, for each chip at each tick.
    So after one fault nobody asks for a while. Where the others work in between, it is one chip
    that holds the bus up (one that stretches the clock for too long): it alone is asked less and
    less.
    """

    def __init__(self) -> None:
        self._bus_pause_s = 0.0
        self._pauses_s: dict[Hashable, float] = {}
        self.until_s = 0.0
        """Until when the bus is left alone."""

    def worked(self, chip: Hashable) -> None:
        """Note that a chip answered."""
        self._bus_pause_s = 0.0
        if self._pauses_s:
            self._pauses_s.pop(chip, None)

    def failed(self, chip: Hashable, now_s: float) -> float:
        """Note that the bus was held when a chip was asked.

        Returns:
            For how long to leave that chip alone: longer than the others, so that one of them is
            the next to try, and shows whether it is the bus or that chip.
        """
        self._bus_pause_s = _longer(self._bus_pause_s)
        self._pauses_s[chip] = _longer(self._pauses_s.get(chip, 0.0))
        self.until_s = now_s + self._bus_pause_s
        return max(2 * self._bus_pause_s, self._pauses_s[chip])


def _longer(pause_s: float) -> float:
    return min(max(2 * pause_s, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)
