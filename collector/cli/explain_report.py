"""Prints a forecast: as tables and sentences for people, as JSON for programs."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from collector.cli.tables import print_table
from collector.cli.wording import MIB
from collector.forecast.forecast import Forecast, SensorUse
from collector.forecast.links import LinkUse, busy_share
from collector.forecast.reads import Read
from collector.forecast.traffic import Traffic

_UNKNOWN = "unknown"
_KILO = 1000
_PREFIXES = ("B", "kB", "MB", "GB", "TB")
_A_WEEK_OF_HOURS = 168
_HOURS_PER_DAY = 24


def print_text(forecast: Forecast, warnings: Sequence[str]) -> None:
    """Print it for people."""
    print_table(
        ("SOURCE", "GROUP", "INTERVAL", "REQUESTS", "LINK TIME", "DUTY CYCLE", "WAITS"),
        [_read_row(read) for read in forecast.reads],
    )
    if forecast.links:
        print()
        print_table(("LINK", "BUSY", "READS"), [_link_row(link) for link in forecast.links])
    print()
    print_table(
        ("SENSOR", "READINGS/DAY", "MESSAGES/DAY", "LONGEST MESSAGE"),
        [_sensor_row(sensor) for sensor in forecast.sensors],
    )
    print()
    for line in (*_totals(forecast), *forecast.remarks):
        print(line)
    for warning in warnings:
        print(f"warning: {warning}")


def as_json(forecast: Forecast, warnings: Sequence[str]) -> dict[str, Any]:
    """Return it for programs; rates are a day's, and null is what is not known."""
    return {
        "reads": [_read_json(read) for read in forecast.reads],
        "links": [
            {"link": use.link, "duty_cycle": use.duty_cycle, "unknown_reads": use.unknown}
            for use in forecast.links
        ],
        "sensors": [asdict(sensor) for sensor in forecast.sensors],
        "to_agent": {"least": asdict(forecast.least), "most": asdict(forecast.most)},
        "storage": _finite(asdict(forecast.storage)),
        "memory": asdict(forecast.memory),
        "unknown": forecast.remarks,
        "warnings": list(warnings),
    }


def _read_row(read: Read) -> tuple[str, ...]:
    cost = read.cost
    measured = " (measured)" if read.is_measured else ""
    return (
        read.source,
        read.group or "-",
        f"{read.interval_s:.4g} s" if read.interval_s else _UNKNOWN,
        _UNKNOWN if cost is None else str(cost.requests),
        _UNKNOWN if cost is None else _milliseconds(cost.link_s) + measured * bool(cost.link_s),
        _UNKNOWN if cost is None else _percent(busy_share(read)),
        "-" if cost is None or not cost.wait_s else _milliseconds(cost.wait_s),
    )


def _link_row(use: LinkUse) -> tuple[str, ...]:
    more = f" and {use.unknown} unknown" if use.unknown else ""
    return use.link, _percent(use.duty_cycle) + more, str(len(use.reads))


def _sensor_row(use: SensorUse) -> tuple[str, ...]:
    if not use.readings:
        return use.sensor, _UNKNOWN, _UNKNOWN, f"{use.message_bytes} B"
    messages = _between(f"{use.least_messages:.0f}", f"{use.most_messages:.0f}")
    return use.sensor, f"{use.readings:.0f}", messages, f"{use.message_bytes} B"


def _totals(forecast: Forecast) -> list[str]:
    least, most, stored = forecast.least, forecast.most, forecast.storage
    spool = f"{_room(stored.spool_bytes)} of spool hold {_hours(stored.spool_hours)} of outage"
    sent = _between(_size(least.bytes), _size(most.bytes))
    healthy, outage = _size(stored.healthy_bytes), _size(stored.outage_bytes)
    small, full = _room(forecast.memory.healthy_bytes), _room(forecast.memory.outage_bytes)
    return [
        f"to the agent, a day: {_messages(least, most)}, {sent} with MQTT and TLS",
        spool if stored.spool_bytes else "the spool is off: an outage has the memory alone",
        f"the memory alone holds {_hours(stored.memory_hours)} of outage",
        f"written to the card, a day: {healthy} while the agent answers, {outage} in an outage",
        f"memory: about {small}, {full} with full buffers",
    ]


def _messages(least: Traffic, most: Traffic) -> str:
    messages = _between(f"{least.messages:.0f}", f"{most.messages:.0f}")
    fences = _between(f"{least.fences:.0f}", f"{most.fences:.0f}")
    return f"{messages} messages and {fences} fences"


def _between(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms" if seconds else "-"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %" if share else "-"


def _room(size: float) -> str:
    """Return a size as the configuration and the status have it; what is sent is decimal."""
    return f"{size / MIB:.3g} MiB"


def _size(size: float) -> str:
    power = 0
    while size >= _KILO and power < len(_PREFIXES) - 1:
        size, power = size / _KILO, power + 1
    return f"{size:.3g} {_PREFIXES[power]}"


def _hours(hours: float) -> str:
    if math.isinf(hours):
        return "any length"
    if hours >= _A_WEEK_OF_HOURS:
        return f"{hours / _HOURS_PER_DAY:.0f} days"
    return f"{hours:.1f} hours"


def _read_json(read: Read) -> dict[str, Any]:
    return {
        "source": read.source,
        "group": read.group,
        "sensor": read.sensor,
        "link": read.link,
        "interval_s": read.interval_s or None,
        "readings_per_day": read.per_day or None,
        "is_measured": read.is_measured,
        "cost": None if read.cost is None else asdict(read.cost),
        "duty_cycle": None if read.cost is None else busy_share(read),
    }


def _finite(numbers: dict[str, Any]) -> dict[str, Any]:
    return {key: None if number == math.inf else number for key, number in numbers.items()}
