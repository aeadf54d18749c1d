"""Who is left alone, and for how long: units that do not answer must not starve the others.

Each request to a dead unit costs the link a timeout. So dead units are asked so seldom that all of
them together use no more than a set share of the link's time. Where no unit answers, nobody is
starved, and the link is tried every few seconds.
"""

from dataclasses import dataclass

from collector import Clock

LONGEST_PAUSE_ALONE_S = 8.0
"""When nobody answers: short enough for values to be back within 10 s of a gateway's return."""

_ATTEMPTS = 2
"""A single lost answer is not yet a dead unit: the next tick tries again."""


@dataclass(slots=True)
class _Unit:
    users: int = 0
    failures: int = 0
    failed_at_s: float = 0.0
    cost_s: float = 0.0

    @property
    def is_dead(self) -> bool:
        return self.failures >= _ATTEMPTS


class Breaker:
    """Keeps account of the units of one link. Used from the link's thread alone.

    Args:
        share: How much of the link's time dead units may use, all together.
        clock: The time.
    """

    def __init__(self, share: float, clock: Clock) -> None:
        self._share = share
        self._clock = clock
        self._units: dict[int, _Unit] = {}

    def join(self, unit_id: int) -> None:
        """Note that a source reads this unit."""
        self._units.setdefault(unit_id, _Unit()).users += 1

    def leave(self, unit_id: int) -> None:
        """Note that a source no longer does; what is known of the unit stays."""
        self._units[unit_id].users -= 1

    def answered(self, unit_id: int) -> None:
        """Note a sound answer; if it ends the silence of the whole link, all get another try."""
        if not self._anyone_answers():
            for unit in self._units.values():
                unit.failures = min(unit.failures, _ATTEMPTS - 1)
        self._units.setdefault(unit_id, _Unit()).failures = 0

    def failed(self, unit_id: int, cost_s: float) -> None:
        """Note that a unit did not answer, and for how long that held the link."""
        unit = self._units.setdefault(unit_id, _Unit())
        unit.failures += 1
        unit.failed_at_s = self._clock.monotonic_s()
        unit.cost_s = max(unit.cost_s, cost_s) if unit.is_dead else cost_s

    def wait_s(self, unit_id: int) -> float:
        """Return for how long this unit is to be left alone; 0 if it may be asked now."""
        unit = self._units.get(unit_id)
        if unit is None or not unit.is_dead:
            return 0.0
        return max(0.0, unit.failed_at_s + self._pause_s(unit) - self._clock.monotonic_s())

    def _pause_s(self, unit: _Unit) -> float:
        dead = sum(other.is_dead for other in self._units.values())
        pause_s = unit.cost_s * dead / self._share
        return pause_s if self._anyone_answers() else min(pause_s, LONGEST_PAUSE_ALONE_S)

    def _anyone_answers(self) -> bool:
        return any(not unit.failures for unit in self._units.values() if unit.users)
