"""The windows of all lanes: the open ones, and those whose fence is under way."""

from collector.publishing.delivery.fence import FENCE_DELAY_S, Fence
from collector.publishing.delivery.lane import Lane


class Windows:
    """Knows which lanes have pushes before a fence, and when the next fence is due.

    Attributes:
        fence: The ping under way.
        open: Lanes with pushes that no fence was sent behind yet, by sensor.
    """

    def __init__(self) -> None:
        self.fence: Fence | None = None
        self.open: dict[str, Lane] = {}
        self._fenced: dict[str, Lane] = {}
        self._unfenced_since_s: float | None = None

    @property
    def are_empty(self) -> bool:
        """Whether no push is under way."""
        return not (self.open or self._fenced)

    def clear(self) -> None:
        """Forget all: the connection is gone."""
        self.open.clear()
        self._fenced.clear()
        self.fence = self._unfenced_since_s = None

    def pushed(self, lane: Lane, now_s: float | None) -> None:
        """Note a push, with the time of it if a fence has to follow."""
        self.open[lane.sensor] = lane
        if self._unfenced_since_s is None:
            self._unfenced_since_s = now_s

    def progressed(self, now_s: float) -> None:
        """Note that the agent answers, so that a fence under way has more time."""
        if self.fence is not None:
            self.fence.progress_at_s = now_s

    def fence_due_s(self) -> float | None:
        """Return when the open windows are closed by a fence at the latest; None for never."""
        if self.fence is not None or self._unfenced_since_s is None:
            return None
        return self._unfenced_since_s + FENCE_DELAY_S

    def is_fence_due(self, now_s: float) -> bool:
        """Tell whether a fence has to be sent: a window is full, or long enough open."""
        due_s = self.fence_due_s()
        if due_s is None:
            return False
        is_full = any(one.is_alone or len(one.sent) >= one.width for one in self.open.values())
        return is_full or now_s >= due_s

    def close(self, fence: Fence) -> None:
        """Note the fence that is sent behind all open windows."""
        self.fence = fence
        self._fenced, self.open = self.open, {}
        for lane in self._fenced.values():
            lane.fence()
        self._unfenced_since_s = None

    def take_open(self) -> list[Lane]:
        """Return the lanes with pushes behind the last fence, which no fence will follow."""
        lanes, self.open, self._unfenced_since_s = list(self.open.values()), {}, None
        return lanes

    def take_fenced(self) -> list[Lane]:
        """Return the lanes whose windows lie before the fence, which is back."""
        lanes, self._fenced, self.fence = list(self._fenced.values()), {}, None
        return lanes
