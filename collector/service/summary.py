"""How a run does, in one line for people: what ``systemctl status`` shows."""

from collections.abc import Sequence

from collector.status import BufferStatus, DeliveryState, DeliveryStatus, SourceState, SourceStatus

_WELL = frozenset({SourceState.OK, SourceState.STARTING})


def summary(sources: Sequence[SourceStatus], delivery: DeliveryStatus, buffer: BufferStatus) -> str:
    """Return the line: the sources, the way to the agent, and what waits."""
    return f"{_sources(sources)}; {_delivery(delivery)}; {buffer.readings} readings wait"


def _sources(sources: Sequence[SourceStatus]) -> str:
    ill = [source.name for source in sources if source.state not in _WELL]
    count = f"{len(sources)} source{'' if len(sources) == 1 else 's'}"
    return f"{count}, not well: {', '.join(ill)}" if ill else f"{count}, all well"


def _delivery(delivery: DeliveryStatus) -> str:
    if delivery.state is DeliveryState.CONNECTED:
        return f"connected to {delivery.agent}"
    state = delivery.state.replace("_", " ")
    return f"{state}: {delivery.message}" if delivery.message else state
