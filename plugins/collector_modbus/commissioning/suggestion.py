"""The lines that a configuration needs to read a unit that was found."""

import json
import shlex
from collections.abc import Hashable, Iterator, Mapping, Sequence

from collector_modbus.commissioning.findings import Found
from collector_modbus.commissioning.port_names import stable_name
from collector_modbus.commissioning.sharing import interval, waits
from collector_modbus.profiles.profile import Profile
from collector_modbus.settings.link import LinkSettings, NetworkLink, SerialLink

_MOST_CHARACTERS = 32
"""Of a sensor id."""


def source_tomls(
    found: Sequence[Found], profiles: Mapping[str, Profile]
) -> Iterator[tuple[Found, str]]:
    """Yield each unit with its ``[[source]]``; a comment where no profile fits.

    Args:
        found: All that was found: those who share a link have to agree on its settings, and on
            intervals that it can carry.
        profiles: The library, by name.
    """
    by_link: dict[Hashable, list[Found]] = {}
    for each in found:
        by_link.setdefault(tuple(_place(each.link)), []).append(each)
    lines = {
        place: (_link_toml(sharing, profiles), interval(sharing, profiles))
        for place, sharing in by_link.items()
    }
    for each in found:
        yield each, _source_toml(each, *lines[tuple(_place(each.link))])


def _source_toml(found: Found, link: str, interval: str) -> str:
    unit_id = found.presence.unit_id
    if not found.candidates:
        words = " ".join(_read_words(found.link))
        return (
            f"# Unit {unit_id}: no profile fits. To find its points, one by one:\n"
            f"#   collector modbus read {words} --unit {unit_id} --address 0\n"
        )
    name, *others = (candidate.profile for candidate in found.candidates)
    remark = f"  # or {', '.join(others)}" if others else ""
    sensor = f"{name}-{unit_id}"[-_MOST_CHARACTERS:]
    lines = [
        "[[source]]",
        'plugin = "modbus"',
        f'sensor = "{sensor}"',
        f'interval = "{interval}"',
        f"link = {{ {link} }}",
        f"unit_id = {unit_id}",
        f'profile = "{name}"{remark}',
    ]
    return "\n".join(lines) + "\n"


def _link_toml(sharing: Sequence[Found], profiles: Mapping[str, Profile]) -> str:
    seconds = waits(sharing, profiles)
    keys = dict(_place(sharing[0].link)) | {key: _duration(each) for key, each in seconds.items()}
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
