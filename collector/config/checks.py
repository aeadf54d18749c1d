"""What no single table can show: names used twice, and sources that feed one sensor."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from collector.config.complaints import Complaints
from collector.config.models import FiguresTable
from collector.config.sources import Found
from collector.config.transform_checks import check_transforms, sent_metrics

MIN_INTERVAL_S = 0.01


def check(found: Sequence[Found], complaints: Complaints) -> None:
    """Complain about everything that sources must not do, alone or together."""
    for item in found:
        _check_times(item, complaints)
        check_transforms(item, complaints)
    _check_names(found, complaints)
    for sharing in _sharing_a_sensor(found):
        for item in sharing:
            _check_shared(item, sharing, complaints)
        _check_metrics(sharing, complaints)


def check_figures(figures: FiguresTable, found: Sequence[Found], complaints: Complaints) -> None:
    """Complain about sources that have the sensor or the name of the collector's own figures."""
    for item in found:
        for key, taken in (("sensor", item.source.sensor), ("name", item.source.name)):
            if figures.enabled and taken == figures.sensor:
                complaints.add(
                    ("source", item.index, key),
                    f"{taken!r} is that of the collector's own figures: choose another here, or"
                    " another sensor in [figures]",
                )
                break


def _check_times(item: Found, complaints: Complaints) -> None:
    source, at = item.source, ("source", item.index)
    if not source.interval:
        return
    if source.interval < MIN_INTERVAL_S:
        complaints.add((*at, "interval"), "must be at least 10ms")
    for key, value in (("offset", source.offset), ("jitter", source.jitter)):
        if value >= source.interval:
            complaints.add((*at, key), f"must be less than the interval, {source.interval:g} s")


def _check_names(found: Sequence[Found], complaints: Complaints) -> None:
    first: dict[str, Found] = {}
    for item in found:
        other = first.setdefault(item.source.name, item)
        if other is not item:
            complaints.add(
                ("source", item.index, "name"),
                f"{item.source.name!r} is also the name of the source at {other.source.place}",
            )


def _sharing_a_sensor(found: Sequence[Found]) -> Iterator[list[Found]]:
    by_sensor = sorted(found, key=lambda item: (item.source.sensor, item.index))
    for _, items in groupby(by_sensor, key=lambda item: item.source.sensor):
        sharing = list(items)
        if len(sharing) > 1:
            yield sharing


def _check_shared(item: Found, sharing: Sequence[Found], complaints: Complaints) -> None:
    """Values of one sensor leave together, so they need one timestamp and one grid."""
    source, at, first = item.source, ("source", item.index), sharing[0].source
    other = first if item is not sharing[0] else sharing[1].source
    why = f"sensor {source.sensor!r} is shared with the source at {other.place}"
    if source.timestamp != "tick":
        complaints.add((*at, "timestamp"), f'must be "tick": {why}')
    if source.jitter:
        complaints.add((*at, "jitter"), f"must be left out: {why}")
    for key in ("interval", "offset", "align"):
        if getattr(source, key) != getattr(first, key):
            complaints.add((*at, key), f"must be the same in both: {why}")


def _check_metrics(sharing: Sequence[Found], complaints: Complaints) -> None:
    first: dict[str, Found] = {}
    for item in sharing:
        for metric_id in [metric.id for metric in sent_metrics(item, complaints)]:
            other = first.setdefault(metric_id, item)
            if other is not item:
                complaints.add(
                    ("source", item.index),
                    f"metric {metric_id!r} of sensor {item.source.sensor!r} also comes from the"
                    f" source at {other.source.place}",
                )
