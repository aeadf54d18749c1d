"""Sampling, buffer, publisher and an agent's double on one fake clock, without threads."""

from agent_double import World
from sampling_rig import Rig, Scripted, plan

from collector.testkit.clock import FakeClock

STEP_S = 0.25


class SampledWorld(World):
    """A `World` whose readings come from sources that are sampled on schedules.

    Args:
        sensors: Of one metric each, named s0, s1 ...
        wall_ms: What the clock shows at first, undisciplined; None for a clock that is right.
    """

    def __init__(self, *, sensors=1, interval_s=1.0, wall_ms=None):
        right = wall_ms is None
        clock = FakeClock() if right else FakeClock(wall_ms, synchronized=False)
        super().__init__(clock=clock)
        names = [f"s{number}" for number in range(sensors)]
        plans = [plan(Scripted(), name, interval_s=interval_s) for name in names]
        self.rig = Rig(*plans, clock=clock).start()
        self._taken = 0
        self.connect()

    def run(self, seconds, step_s=STEP_S):
        """Let time pass: sources are read when they are due, and the publisher acts."""
        for _ in range(round(seconds / step_s)):
            self.rig.run(step_s)
            self._move()
            self.replies.extend(self.late)
            self.late.clear()
            self.settle()

    def drain(self, seconds=120):
        """Read nothing more; let what waits be delivered."""
        self._move()
        World.run(self, seconds, step_s=1.0)

    def times(self, sensor="s0"):
        """Return when a sensor was read, in monotonic seconds."""
        return [at_s for at_s, one in self.rig.accepted if one.sensor == sensor]

    def timestamps(self, sensor="s0"):
        """Return the timestamps that a sensor's values were stored with, as they were sent."""
        return [
            message["timestamp"] for topic, message in self.pushes if topic.split("/")[4] == sensor
        ]

    def _move(self):
        for _, one in self.rig.accepted[self._taken :]:
            self.ledger.accept(one.sensor, one.sensor, len(one.values))
            self.ring.put(one)
        self._taken = len(self.rig.accepted)
