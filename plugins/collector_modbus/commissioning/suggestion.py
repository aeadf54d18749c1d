"""The lines that a configuration needs to read a unit that was found."""

import json
import shlex
from collections.abc import Iterator, Mapping

from collector_modbus.commissioning.findings import Found
from collector_modbus.commissioning.port_names import stable_name
from collector_modbus.profiles.profile import LinkHints, Profile
from collector_modbus.settings.link import LinkSettings, NetworkLink, SerialLink

_PAUSES = ("delay_after_connect", "delay_between_requests")
_USUAL_TIMEOUT_S = 1.0
_MOST_CHARACTERS = 32
"""Of a sensor id."""


def source_toml(found: Found, profiles: Mapping[str, Profile]) -> str:
    """Return a ``[[source]]`` for a unit; a comment where no profile fits.

    Args:
        found: The unit.
        profiles: The library, by name.
    """
    unit_id = found.presence.unit_id
    if not found.candidates:
        words = " ".join(_read_words(found.link))
        return (
            f"# Unit {unit_id}: no profile fits. To find its points, one by one:\n"
            f"#   collector modbus read {words} --unit {unit_id} --address 0\n"
        )
    name, *others = (candidate.profile for candidate in found.candidates)
    known = profiles.get(name)
    link = _link_toml(found, known.link if known else LinkHints())
    remark = f"  # or {', '.join(others)}" if others else ""
    sensor = f"{name}-{unit_id}"[-_MOST_CHARACTERS:]
    lines = [
        "[[source]]",
        'plugin = "modbus"',
        f'sensor = "{sensor}"',
        'interval = "10s"',
        f"link = {{ {link} }}",
        f"unit_id = {unit_id}",
        f'profile = "{name}"{remark}',
    ]
    return "\n".join(lines) + "\n"


def _link_toml(found: Found, hints: LinkHints) -> str:
    keys = dict(_place(found.link))
    for key in _PAUSES:
        seconds = getattr(hints, key) or getattr(found.link, key)
        if seconds:
            keys[key] = _duration(seconds)
    timeout_s = max(hints.response_timeout or 0.0, 2 * found.presence.took_s)
    if timeout_s > _USUAL_TIMEOUT_S:
        keys["response_timeout"] = _duration(timeout_s)
    return ", ".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()
    )


def _place(link: LinkSettings) -> Iterator[tuple[str, str | int]]:
    yield "type", link.type
    if isinstance(link, SerialLink):
        yield "port", stable_name(link.port)
        yield "baudrate", link.baudrate
        yield "parity", link.parity
        yield "stopbits", link.stopbits
    else:
        yield "host", link.host
        yield "port", link.port


def _read_words(link: LinkSettings) -> Iterator[str]:
    """Return the options with which `collector modbus read` reaches the link."""
    if isinstance(link, SerialLink):
        yield f"--port {shlex.quote(link.port)} --baudrate {link.baudrate} --parity {link.parity}"
        if link.stopbits != 1:
            yield f"--stopbits {link.stopbits}"
        return
    yield f"--host {shlex.quote(link.host)} --port {link.port}"
    if isinstance(link, NetworkLink) and link.type != "tcp":
        yield f"--type {link.type}"


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:.0f}ms"
