"""One source in its worker, and what the collector has not heard of it yet."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from collector.isolation.encoding import metrics_data, value_data
from collector.isolation.failures import Answer, answered
from collector.isolation.sent_tape import SentTape
from collector.plugin.source import Metric, Reading, Source
from collector.sampling.notes import MAX_NOTES


class Hosted:
    """A source, and what it said of itself last. Used by one thread at a time.

    Args:
        source: Made and not opened.
        tape: Its tape.
    """

    def __init__(self, source: Source, tape: SentTape) -> None:
        self.source = source
        self.tape = tape
        self._ids: frozenset[object] = frozenset()
        self._notes: Any = []
        self._has_notes = type(source).notes is not Source.notes

    def learn(self) -> Answer:
        """Ask for its metrics, and return them as news."""
        return {"metrics": answered("metrics", self._ask_metrics)}

    def news(self, readings: Iterable[Reading] = ()) -> Answer:
        """Return what changed: metrics, if a reading holds one that is not known, and notes."""
        is_new = any(not self._ids.issuperset(reading.values) for reading in readings)
        news = self.learn() if is_new else {}
        if self._has_notes:
            notes = answered("notes", lambda: {"notes": _notes_data(self.source.notes)})
            if notes != self._notes:
                self._notes = notes
                news["notes"] = notes
        return news

    def _ask_metrics(self) -> Answer:
        metrics: list[object] = list(self.source.metrics)
        self._ids = frozenset(
            metric.id for metric in metrics if isinstance(metric, Metric) and _is_text(metric.id)
        )
        return {"metrics": metrics_data(metrics)}


def _is_text(name: object) -> bool:
    return type(name) is str  # whatever else it is may have no hash


def _notes_data(notes: Iterable[object]) -> Any:  # noqa: ANN401 - ready for JSON
    """Return the notes as they are, wrong ones too: the collector says what is wrong with them."""
    if isinstance(notes, str):
        return notes[:1]
    return [value_data(note) for note in islice(notes, MAX_NOTES)]
