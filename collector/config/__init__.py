"""TOML to models, with every complaint at once: ``file:line:column: path: message``."""

from collector.config.files import named_kinds
from collector.config.loading import Config, load, load_state_dir
from collector.config.models import (
    AgentTable,
    CollectorTable,
    DeliveryTable,
    FiguresTable,
    LogTable,
    RingTable,
    SpoolTable,
    WebTable,
)
from collector.config.source import SourceConfig
from collector.config.sources import configured, make

__all__ = (
    "AgentTable",
    "CollectorTable",
    "Config",
    "DeliveryTable",
    "FiguresTable",
    "LogTable",
    "RingTable",
    "SourceConfig",
    "SpoolTable",
    "WebTable",
    "configured",
    "load",
    "load_state_dir",
    "make",
    "named_kinds",
)
