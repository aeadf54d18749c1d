"""Reads sensors on a gateway and delivers every reading to the IoT agent on it.

This is all that a plugin may import. `collector.plugin.hooks` is the manual of a plugin;
`collector.testkit` helps to test one.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collector.clock import Clock, Deadline, Instant
    from collector.config.data_file import load_data_file
    from collector.errors import (
        ConfigError,
        SourceFaultError,
        SourceUnavailableError,
        UsageError,
    )
    from collector.plugin.command import CommandContext, PluginCommand, Progress
    from collector.plugin.configured import Complaint, ConfiguredSource
    from collector.plugin.cost import ReadCost
    from collector.plugin.discovery import Discovery, DiscoveryContext, Finding
    from collector.plugin.hooks import hookimpl
    from collector.plugin.kind import Simulator, SourceKind
    from collector.plugin.resources import Resources
    from collector.plugin.settings import ByteSize, ConfigModel, Duration, MetricId, SensorId
    from collector.plugin.source import (
        Group,
        ListeningSource,
        Metric,
        Reading,
        Source,
        SourceContext,
        StopSignal,
    )
    from collector.plugin.tape import RecordedTape, Tape, TapeEvent
    from collector.wire.units import MetricValue, ValueType, ValueUnit

__version__ = "0.1.0"

__all__ = (
    "ByteSize",
    "Clock",
    "CommandContext",
    "Complaint",
    "ConfigError",
    "ConfigModel",
    "ConfiguredSource",
    "Deadline",
    "Discovery",
    "DiscoveryContext",
    "Duration",
    "Finding",
    "Group",
    "Instant",
    "ListeningSource",
    "Metric",
    "MetricId",
    "MetricValue",
    "PluginCommand",
    "Progress",
    "ReadCost",
    "Reading",
    "RecordedTape",
    "Resources",
    "SensorId",
    "Simulator",
    "Source",
    "SourceContext",
    "SourceFaultError",
    "SourceKind",
    "SourceUnavailableError",
    "StopSignal",
    "Tape",
    "TapeEvent",
    "UsageError",
    "ValueType",
    "ValueUnit",
    "hookimpl",
    "load_data_file",
)

# Imported when first used: the agent and most commands need none of them, and pydantic is heavy.
_HOME = {
    "ByteSize": "collector.plugin.settings",
    "Clock": "collector.clock",
    "CommandContext": "collector.plugin.command",
    "Complaint": "collector.plugin.configured",
    "ConfigError": "collector.errors",
    "ConfigModel": "collector.plugin.settings",
    "ConfiguredSource": "collector.plugin.configured",
    "Deadline": "collector.clock",
    "Discovery": "collector.plugin.discovery",
    "DiscoveryContext": "collector.plugin.discovery",
    "Duration": "collector.plugin.settings",
    "Finding": "collector.plugin.discovery",
    "Group": "collector.plugin.source",
    "Instant": "collector.clock",
    "ListeningSource": "collector.plugin.source",
    "Metric": "collector.plugin.source",
    "MetricId": "collector.plugin.settings",
    "MetricValue": "collector.wire.units",
    "PluginCommand": "collector.plugin.command",
    "Progress": "collector.plugin.command",
    "ReadCost": "collector.plugin.cost",
    "Reading": "collector.plugin.source",
    "RecordedTape": "collector.plugin.tape",
    "Resources": "collector.plugin.resources",
    "SensorId": "collector.plugin.settings",
    "Simulator": "collector.plugin.kind",
    "Source": "collector.plugin.source",
    "SourceContext": "collector.plugin.source",
    "SourceFaultError": "collector.errors",
    "SourceKind": "collector.plugin.kind",
    "SourceUnavailableError": "collector.errors",
    "StopSignal": "collector.plugin.source",
    "Tape": "collector.plugin.tape",
    "TapeEvent": "collector.plugin.tape",
    "UsageError": "collector.errors",
    "ValueType": "collector.wire.units",
    "ValueUnit": "collector.wire.units",
    "hookimpl": "collector.plugin.hooks",
    "load_data_file": "collector.config.data_file",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOME:
        raise AttributeError(f"module 'collector' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
