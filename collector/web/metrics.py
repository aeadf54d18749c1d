"""The metrics at ``/metrics``: a table from names to places in the snapshot."""

from collections.abc import Callable, Iterator
from typing import Any

from collector.status import DeliveryState, SourceState
from collector.web.exposition import Family, Sample

Snapshot = dict[str, Any]
Item = dict[str, Any]
Labels = tuple[tuple[str, str], ...]
"""Pairs of a label and the key of an item that it shows."""

STALE_S = 300.0
"""So long a value of a silent sensor is told; Prometheus itself lets what it missed go after that
(its `--query.lookback-delta`)."""

Samples = Callable[[Snapshot], Iterator[Sample]]


def _at(*path: str) -> Samples:
    """Return what gives the one number at a path, unless there is none yet."""

    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        value: Any = snapshot
        for key in path:
            value = value[key]
        if value is not None:
            yield {}, value

    return samples


def _each(items: str, labels: Labels, number: Callable[[Item], float | None]) -> Samples:
    """Return what gives a number for each item of a list, labelled by keys of the item."""

    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        for item in snapshot[items]:
            value = number(item)
            if value is not None:
                yield {label: str(item[key]) for label, key in labels}, value

    return samples


def _by_cause(key: str, label: str) -> Samples:
    """Return what gives a number for each cause of each account."""

    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        for account in snapshot["ledger"]:
            where = {"source": account["source"], "sensor": account["sensor"]}
            for cause, values in sorted(account[key].items()):
                yield {**where, label: cause}, values

    return samples


def _source(key: str) -> Samples:
    return _each("sources", _SOURCE, lambda source: source[key])


def _account(key: str) -> Samples:
    return _each("ledger", _ACCOUNT, lambda account: account[key])


def _link(key: str) -> Samples:
    return _each("links", (("link", "key"),), lambda link: link[key])


def _info(snapshot: Snapshot) -> Iterator[Sample]:
    yield {"version": snapshot["version"], "mode": snapshot["mode"]}, 1


def _state(snapshot: Snapshot) -> Iterator[Sample]:
    for state in DeliveryState:
        yield {"state": state.value}, snapshot["delivery"]["state"] == state


def _values(snapshot: Snapshot) -> Iterator[Sample]:
    """Return each value that is a number, and that still tells something."""
    silent = _silent(snapshot)
    for item in snapshot["values"]:
        is_stale = item["sensor"] in silent and item["age_s"] > STALE_S
        if not (is_stale or isinstance(item["value"], str)):
            yield {label: str(item[key]) for label, key in _VALUE}, item["value"]


def _silent(snapshot: Snapshot) -> set[str]:
    """Return the sensors none of whose sources is well."""
    sources = snapshot["sources"]
    well = {source["sensor"] for source in sources if source["state"] == SourceState.OK}
    return {source["sensor"] for source in sources} - well


def _expires_s(snapshot: Snapshot) -> Iterator[Sample]:
    not_after_ms = snapshot["certificate"]["not_after_ms"]
    if not_after_ms is not None:
        yield {}, not_after_ms / 1000


def _reload(key: str) -> Samples:
    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        if snapshot["last_reload"] is not None:
            yield {}, snapshot["last_reload"][key]

    return samples


_SOURCE = (("source", "name"), ("plugin", "plugin"), ("sensor", "sensor"))
_ACCOUNT = (("source", "source"), ("sensor", "sensor"))
_VALUE = (("sensor", "sensor"), ("metric", "metric"), ("unit", "unit"))

FAMILIES = (
    Family("info", "gauge", "Always 1; what runs, and how.", _info),
    Family("uptime_seconds", "gauge", "How long this run has lasted.", _at("uptime_s")),
    Family(
        "sensor_value", "gauge", "The newest accepted value of a metric.",
        _values,
    ),
    Family(
        "sensor_value_age_seconds", "gauge", "How long ago that value was taken.",
        _each("values", _VALUE, lambda item: item["age_s"]),
    ),
    Family(
        "source_up", "gauge", "Whether a source gives what it should; 0 while it fails.",
        _each("sources", _SOURCE, lambda source: source["state"] == "ok"),
    ),
    Family("source_reads_total", "counter", "Reads that returned, well or not.", _source("reads")),
    Family("source_failures_total", "counter", "Reads and opens that failed.", _source("failures")),
    Family(
        "source_overruns_total", "counter", "Reads that came back after their deadline.",
        _source("overruns"),
    ),
    Family(
        "source_missed_ticks_total", "counter", "Ticks that were skipped.", _source("missed_ticks")
    ),
    Family(
        "source_last_read_seconds", "gauge", "How long the last read took.", _source("last_read_s")
    ),
    Family(
        "link_lateness_p50_seconds", "gauge", "Median of how late the last ticks of a link began.",
        _link("lateness_p50_s"),
    ),
    Family(
        "link_lateness_p99_seconds", "gauge", "99th percentile of the same.",
        _link("lateness_p99_s"),
    ),
    Family(
        "values_sampled_total", "counter", "Values that sources gave, or transforms made.",
        _account("sampled"),
    ),
    Family(
        "values_refused_total", "counter", "Sampled values that were refused, by reason.",
        _by_cause("refused", "reason"),
    ),
    Family(
        "values_filtered_total", "counter", "Values that a transform left out, by its type.",
        _by_cause("filtered", "transform"),
    ),
    Family("values_accepted_total", "counter", "Values to be delivered.", _account("accepted")),
    Family(
        "values_delivered_total", "counter", "Values that the agent confirmed.",
        _account("delivered"),
    ),
    Family("values_pending", "gauge", "Values that wait to be confirmed.", _account("pending")),
    Family(
        "values_dropped_total", "counter", "Accepted values that are lost, by cause.",
        _by_cause("dropped", "cause"),
    ),
    Family(
        "ledger_balances", "gauge", "Whether every sampled value is accounted for.",
        _account("balances"),
    ),
    Family("buffer_readings", "gauge", "Readings that wait.", _at("buffer", "readings")),
    Family("buffer_bytes", "gauge", "Memory that those in it take.", _at("buffer", "bytes")),
    Family("buffer_max_bytes", "gauge", "Memory that they may take.", _at("buffer", "max_bytes")),
    Family("spool_readings", "gauge", "Unconfirmed readings on disk.", _at("spool", "readings")),
    Family("spool_bytes", "gauge", "What the spool's files take.", _at("spool", "bytes")),
    Family("spool_max_bytes", "gauge", "What they may take.", _at("spool", "max_bytes")),
    Family(
        "spool_oldest_age_seconds", "gauge", "Age of the oldest file with unconfirmed readings.",
        _at("spool", "oldest_age_s"),
    ),
    Family(
        "spool_degraded", "gauge", "Whether readings wait in memory only, as the disk fails.",
        lambda snapshot: [({}, bool(snapshot["spool"]["degraded"]))],
    ),
    Family(
        "spool_lost_values_total", "counter", "Values lost to damage on disk.",
        _at("spool", "lost_values"),
    ),
    Family(
        "delivery_connected", "gauge", "Whether the agent can be delivered to.",
        lambda snapshot: [({}, snapshot["delivery"]["state"] == "connected")],
    ),
    Family("delivery_state", "gauge", "1 for the state it is in, 0 for the others.", _state),
    Family(
        "delivery_confirmed_readings_total", "counter", "Readings that were confirmed.",
        _at("delivery", "confirmed_readings"),
    ),
    Family(
        "delivery_resent_readings_total", "counter", "Readings that had to be sent again.",
        _at("delivery", "resent_readings"),
    ),
    Family(
        "delivery_unconfirmed_readings", "gauge", "Readings sent and not confirmed yet.",
        _at("delivery", "unconfirmed_readings"),
    ),
    Family(
        "delivery_connections_total", "counter", "Connections to the agent that came about.",
        _at("delivery", "connections"),
    ),
    Family(
        "delivery_bad_replies_total", "counter", "Messages of the agent that were not understood.",
        _at("delivery", "bad_replies"),
    ),
    Family(
        "delivery_unverified_time_readings_total", "counter",
        "Readings sent with a time that cannot be right.", _at("delivery", "unverified_time"),
    ),
    Family(
        "delivery_last_confirmed_age_seconds", "gauge", "How long ago the agent last confirmed.",
        _at("delivery", "last_confirmed_age_s"),
    ),
    Family(
        "certificate_expiry_timestamp_seconds", "gauge",
        "When our certificate at the agent expires, in seconds since the epoch.", _expires_s,
    ),
    Family(
        "clock_synchronized", "gauge", "Whether something disciplines this machine's clock.",
        _at("clock", "is_synchronized"),
    ),
    Family(
        "last_reload_successful", "gauge", "Whether the last reload was taken over.",
        _reload("ok"),
    ),
    Family(
        "last_reload_age_seconds", "gauge", "How long ago the last reload was.", _reload("age_s")
    ),
)  # fmt: skip
