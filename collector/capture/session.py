"""A recording of sources that go on running: what is kept, and each event without secrets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from collector.capture.feed import Feed
from collector.capture.secrets import Mask
from collector.plugin.tape import TapeEvent


@dataclass(frozen=True, slots=True)
class Session:
    """Gives what passes as the events of a recording.

    It begins with how each device was set up last, as if that had been just now: whoever plays it
    has to set them up as well.

    Attributes:
        feed: Where events come from.
        setups: How each source was set up, on the clock's monotonic scale.
        mask: Takes secrets out.
        began_s: Monotonic seconds since when the feed is filled.
    """

    feed: Feed
    setups: Mapping[str, Sequence[TapeEvent]]
    mask: Mask
    began_s: float

    @property
    def lead_s(self) -> float:
        """How long the longest of the setups took; they come first, and end together."""
        spans = [events[-1].at_s - events[0].at_s for events in self.setups.values() if events]
        return max(spans, default=0.0)

    def beginning(self) -> Iterator[tuple[str, TapeEvent]]:
        """Yield how each source was set up."""
        for source, events in self.setups.items():
            for event in events:
                yield source, self._timed(event, events[-1].at_s)

    def events(self, timeout_s: float) -> Iterator[tuple[str, TapeEvent]]:
        """Yield what has come since, waiting so long if that is nothing."""
        for source, event in self.feed.take(timeout_s):
            yield source, self._timed(event, self.began_s)

    def _timed(self, event: TapeEvent, zero_s: float) -> TapeEvent:
        at_s = max(0.0, self.lead_s + event.at_s - zero_s)
        return self.mask.of_event(replace(event, at_s=at_s))
