"""What a run would refuse of what sources declare: for who checks a configuration, before a run."""

from collections.abc import Iterator, Sequence

from collector.config.complaints import Complaints
from collector.config.sources import Found
from collector.plugin.border import PluginFault
from collector.plugin.declared import declared, repeated
from collector.plugin.patience import CALL_LIMIT_S, bounded
from collector.plugin.source import Source


def check_promises(found: Sequence[Found], complaints: Complaints) -> None:
    """Warn of what a run will refuse: a source without it goes on.

    Args:
        found: The sources.
        complaints: Gets the warnings.
    """
    for item in found:
        if item.made is not None:
            _check(item, item.made, complaints)


def _check(item: Found, made: Source, complaints: Complaints) -> None:
    at, plugin = ("source", item.index, "plugin"), f"plugin {item.source.plugin!r}"
    try:
        faults = bounded(
            f"{item.source.name}: {plugin}", "metrics", lambda: list(_faults(made)), CALL_LIMIT_S
        )
    except PluginFault as fault:
        faults = [str(fault)]
    for each in faults:
        complaints.warn(at, f"{plugin} {each}")


def _faults(made: Source) -> Iterator[str]:
    link: object = made.link  # a plugin need not keep to its annotations
    if link is not None and type(link) is not str:
        yield f"has a link that is a {type(link).__name__}: give a str"
    metrics = made.metrics
    yield from declared(metrics).faults
    for name in repeated(metrics):
        yield f"declares several metrics {name!r}: each needs its own id"
