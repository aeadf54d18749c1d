"""Options that several commands share."""

import argparse
import os
from pathlib import Path

DEFAULT_CONFIG = "/etc/collector/collector.toml"
CONFIG_VARIABLE = "COLLECTOR_CONFIG"


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add ``--config FILE``, a path; ``$COLLECTOR_CONFIG`` or the system's file by default."""
    parser.add_argument(
        "--config",
        type=Path,
        default=Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG),
        metavar="FILE",
        help=f"the configuration file (default: ${CONFIG_VARIABLE} or {DEFAULT_CONFIG})",
    )


def add_simulate(parser: argparse.ArgumentParser) -> None:
    """Add ``--simulate``."""
    parser.add_argument(
        "--simulate", action="store_true", help="with simulated devices in place of the real ones"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
