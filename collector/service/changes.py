"""What differs between the configuration of a run and a new one, and what may change in a run."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from collector.config import Config, SourceConfig

FIXED_TABLES = ("collector", "agent", "ring", "spool", "delivery", "figures", "web")
"""What is made of them lives as long as the run; ``[log]`` applies at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Names of sources, each in one of these, in the order of their configuration.

    Attributes:
        added: They were not there before.
        removed: They are not there any more.
        changed: Something of their table differs.
        restarted: Nothing of theirs differs, but they could not be made before, or share a sensor
            by tick with one that leaves or comes.
        unchanged: All others.
        arriving: The sources that are to be made.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    restarted: tuple[str, ...]
    unchanged: tuple[str, ...]
    arriving: tuple[SourceConfig, ...]

    @property
    def leaving(self) -> frozenset[str]:
        """The sources that are to be closed."""
        return frozenset({*self.removed, *self.changed, *self.restarted})

    @property
    def summary(self) -> str:
        """All of it in one line, for people."""
        parts = [
            f"{what} {', '.join(names)}"
            for what, names in (
                ("added", self.added),
                ("removed", self.removed),
                ("changed", self.changed),
                ("restarted", self.restarted),
            )
            if names
        ]
        return "; ".join([*parts, f"{len(self.unchanged)} unchanged"])


def changes(
    before: Sequence[SourceConfig], after: Sequence[SourceConfig], broken: Collection[str] = ()
) -> Changes:
    """Compare the sources of two configurations, by their names.

    Sources that share a sensor by tick wait for each other, so they restart together: all of one
    sensor with ``timestamp = "tick"``, whether it is one of them that changes, comes or goes.

    Args:
        before: The running one.
        after: The new one.
        broken: The names of the running one's sources that could not be made; they are tried again.
    """
    old = {source.name: source for source in before}
    new = {source.name: source for source in after}
    added = [name for name in new if name not in old]
    removed = [name for name in old if name not in new]
    changed = [name for name in new if name in old and new[name] != old[name]]
    same = [name for name in new if name in old and new[name] == old[name]]
    again = [name for name in same if name in broken]
    touched = _shared_sensors(
        [
            *(old[name] for name in (*removed, *changed)),
            *(new[name] for name in (*added, *changed, *again)),
        ]
    )
    restarted = [name for name in same if name in again or _shared_sensors([new[name]]) & touched]
    arriving = {*added, *changed, *restarted}
    return Changes(
        added=tuple(added),
        removed=tuple(removed),
        changed=tuple(changed),
        restarted=tuple(restarted),
        unchanged=tuple(name for name in same if name not in restarted),
        arriving=tuple(source for source in after if source.name in arriving),
    )


def fixed_keys(before: Config, after: Config) -> list[str]:
    """Return one complaint for each key that differs and can only change at a restart."""
    return [
        f"{after.path}: {table}.{key} can only change at a restart"
        for table in FIXED_TABLES
        for key in type(getattr(after, table)).model_fields
        if getattr(getattr(before, table), key) != getattr(getattr(after, table), key)
    ]


def _shared_sensors(sources: Iterable[SourceConfig]) -> set[str]:
    return {source.sensor for source in sources if source.timestamp == "tick"}
