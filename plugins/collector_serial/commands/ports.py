"""``collector serial ports``: what is plugged in."""

import argparse
from pathlib import Path

from serial.tools.list_ports_common import ListPortInfo
from serial.tools.list_ports_linux import comports

from collector import CommandContext
from collector_serial.port.adapter import steady_name_of
from collector_serial.port.holder import holder_of

SUMMARY = "list the serial ports of this machine"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Print what is plugged in, by the names that belong into a configuration."""
    found = [described(info) for info in sorted(comports(), key=lambda info: str(info.device))]
    if arguments.json:
        context.json(found)
    elif found:
        context.table(
            [key.upper().replace("_", " ") for key in found[0]],
            [list(port.values()) for port in found],
        )
    else:
        context.print("no serial port is there: is the adapter plugged in, its driver loaded?")
    return 0


def described(info: ListPortInfo) -> dict[str, str]:
    """Return what is known of a port."""
    device = Path(str(info.device))
    is_usb = info.vid is not None
    return {
        "port": steady_name_of(device) or str(device),
        "device": str(device),
        "adapter": str(info.description or ""),
        "usb": f"{info.vid:04x}:{info.pid:04x}" if is_usb else "",
        "serial_number": str(info.serial_number or ""),
        "used_by": holder_of(device),
    }
