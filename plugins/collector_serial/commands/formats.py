"""``collector serial formats``: what is known by name."""

import argparse

from collector import CommandContext
from collector_serial.formats.catalogue import format_named, format_names
from collector_serial.settings.line import BAUDRATE

SUMMARY = "list the formats that are known by name"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options: there are none."""
    del parser


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Print a table."""
    del arguments
    rows = []
    for name in format_names():
        recipe = format_named(name)
        line = f"{recipe.baudrate or BAUDRATE} {recipe.bytesize or 8}{recipe.parity or 'N'}"
        is_asked = bool(recipe.dialogue or any(not found.at_open for found in recipe.request))
        asked = "is asked" if is_asked else "talks"
        rows.append((name, f"{line}{recipe.stopbits or 1}", asked, recipe.summary))
    context.table(("FORMAT", "LINE", "DEVICE", "WHAT IT IS"), rows)
    return 0
