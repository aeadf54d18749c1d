"""Which sources are recorded: those that were named, or all that can be."""

from collections.abc import Callable, Mapping, Sequence

from collector.config import Config, SourceConfig
from collector.errors import UsageError

Chosen = tuple[Sequence[SourceConfig], Mapping[str, str]]
"""The sources, and why others are left out, by their names."""


def chosen(
    config: Config, names: Sequence[str], hindrance: Callable[[SourceConfig], str]
) -> Chosen:
    """Return what is to be recorded of a configuration.

    Args:
        config: All sources there are.
        names: Those that were asked for; none for all.
        hindrance: Returns why one cannot be recorded; empty if it can.

    Raises:
        UsageError: One that was asked for is not there or cannot be recorded, or none can.
    """
    known = {source.name: source for source in config.sources}
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise UsageError(f"there is no source {name!r} in {config.path} (sources: {listed})")
    wanted = [source for source in config.sources if not names or source.name in names]
    left_out = {source.name: why for source in wanted if (why := hindrance(source))}
    if names and left_out:
        raise UsageError("; ".join(f"{name}: {why}" for name, why in left_out.items()))
    sources = [source for source in wanted if source.name not in left_out]
    if not sources:
        raise UsageError(f"there are no sources in {config.path} that can be recorded")
    return sources, left_out
