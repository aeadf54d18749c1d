"""The options that say which link to use: a serial port, or a host."""

import argparse
from typing import Any

from collector import UsageError
from collector_modbus.commands.argument_types import integer, seconds
from collector_modbus.commissioning.speeds import speeds_of
from collector_modbus.settings.link import LinkSettings, NetworkLink, SerialLink

_NETWORK_TYPES = ("tcp", "rtu-over-tcp", "udp")
_SPEED = ("baudrate", "parity", "stopbits")
_MODBUS_PORT = 502
_HIGHEST_PORT = 65535


def add(parser: argparse.ArgumentParser, *, several_speeds: bool) -> None:
    """Add the options.

    Args:
        parser: To this.
        several_speeds: Whether the speed of a line may be given several times, or left out.
    """
    parser.add_argument(
        "--port",
        metavar="PORT",
        help="a serial port, such as /dev/ttyUSB0; with --host its port number (default: 502)",
    )
    parser.add_argument("--host", help="an address or name in the network")
    parser.add_argument(
        "--type", choices=_NETWORK_TYPES, help="how to speak to the host (default: tcp)"
    )
    parser.add_argument(
        "--delay-after-connect",
        type=seconds,
        metavar="SECONDS",
        help="a pause after connecting, for devices that need one",
    )
    _add_speed(parser, several=several_speeds)


def is_given(arguments: argparse.Namespace) -> bool:
    """Tell whether the options name a link."""
    return bool(arguments.port or arguments.host)


def given_besides(arguments: argparse.Namespace) -> str:
    """Return an option that was given although it only goes with a link; empty if none was."""
    keys = ("type", "delay_after_connect", *_SPEED)
    given = (key for key in keys if getattr(arguments, key) is not None)
    return next((f"--{key.replace('_', '-')}" for key in given), "")


def links_of(arguments: argparse.Namespace, timeout_s: float) -> list[LinkSettings]:
    """Return the links to try, the most likely first: one, or a serial line at its speeds.

    Raises:
        UsageError: The options contradict each other.
    """
    common = {"response_timeout": timeout_s}
    if arguments.delay_after_connect:
        common["delay_after_connect"] = arguments.delay_after_connect
    links = [_network_link(arguments)] if arguments.host else _serial_links(arguments)
    return [link.model_copy(update=common) for link in links]


def _add_speed(parser: argparse.ArgumentParser, *, several: bool) -> None:
    action = "append" if several else "store"
    usual = "; may be given several times; the usual ones when left out" if several else ""
    defaults = ("", "", "") if several else (" (default: 9600)", " (default: N)", " (default: 1)")
    parser.add_argument(
        "--baudrate",
        type=integer(50, 4_000_000),
        action=action,
        help=f"of the serial line{defaults[0]}{usual}",
    )
    parser.add_argument(
        "--parity",
        type=str.upper,
        choices=("N", "E", "O"),
        action=action,
        help=f"of the serial line: none, even or odd{defaults[1]}{usual}",
    )
    parser.add_argument(
        "--stopbits",
        type=int,
        choices=(1, 2),
        action=action,
        help=f"of the serial line{defaults[2]}{usual}",
    )


def _network_link(arguments: argparse.Namespace) -> NetworkLink:
    for key in _SPEED:
        if getattr(arguments, key) is not None:
            raise UsageError(f"--{key} is for serial lines, not for --host")
    text = arguments.port or str(_MODBUS_PORT)
    if not text.isdecimal() or not 1 <= int(text) <= _HIGHEST_PORT:
        raise UsageError(f"--port: with --host a number from 1 to 65535, not {text!r}")
    return NetworkLink(type=arguments.type or "tcp", host=arguments.host, port=int(text))


def _serial_links(arguments: argparse.Namespace) -> list[LinkSettings]:
    port = arguments.port
    if not port:
        raise UsageError("where? give --port for a serial line, or --host")
    if port.isdecimal():
        raise UsageError(f"--port {port}: a port number needs --host; a serial port is a path")
    if arguments.type:
        raise UsageError(f"--type {arguments.type} needs --host")
    given = (_listed(getattr(arguments, key)) for key in _SPEED)
    return [SerialLink(type="rtu", port=port, **each._asdict()) for each in speeds_of(*given)]


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - an option that may be given several times
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
