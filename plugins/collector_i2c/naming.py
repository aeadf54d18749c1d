"""Which metrics of a chip are given, and under which ids."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from collector import Metric, MetricValue


class Naming:
    """Picks and renames.

    Args:
        metrics: What the chip has.
        wanted: Ids of those to give; all if empty.
        renamed: Other ids for some.

    Raises:
        ValueError: The chip has no such metric, or two would have one id.
    """

    def __init__(
        self, metrics: Sequence[Metric], wanted: Sequence[str], renamed: Mapping[str, str]
    ) -> None:
        known = {metric.id: metric for metric in metrics}
        for name in (*wanted, *renamed):
            if name not in known:
                raise ValueError(f"this chip has no metric {name!r} (it has: {', '.join(known)})")
        self._ids = {
            name: renamed.get(name, name) for name in known if not wanted or name in wanted
        }
        if len(set(self._ids.values())) < len(self._ids):
            raise ValueError("rename: two metrics would have one id")
        self._is_plain = not wanted and not renamed
        self.metrics = tuple(replace(known[name], id=new) for name, new in self._ids.items())

    def named(self, values: Mapping[str, MetricValue]) -> Mapping[str, MetricValue]:
        """Return what is to be given of a reading."""
        if self._is_plain:
            return values
        return {self._ids[name]: value for name, value in values.items() if name in self._ids}
