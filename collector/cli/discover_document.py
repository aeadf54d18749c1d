"""The configuration that is written of what was found: commented, and one that is accepted."""

import re
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collector.errors import ConfigError
from collector.plugin.discovery import Finding

_SENSOR_LINE = re.compile(r"^sensor\s*=.*$", re.MULTILINE)
_PLACE = re.compile(r":(\d+):\d+: ")
_LONGEST_ID = 32
_LONGEST_TITLE = 160
_NAME = "discovered.toml"

HEAD = """\
# Written by `collector discover` of what it found. Look through it, choose where it says so,
# give sensors the names that you want, and go on with:
#   collector check, collector explain, collector test SENSOR, collector run,
# each with --config and the name of this file.

[agent]
# host = "localhost"
"""


@dataclass(frozen=True, slots=True)
class Block:
    """One finding in the document.

    Attributes:
        title: What it is.
        toml: Its table; empty for none.
        complaint: Why the table cannot be used; empty if it can.
    """

    title: str
    toml: str
    complaint: str = ""

    @property
    def is_used(self) -> bool:
        """Whether a source comes of it."""
        return bool(_table_of(self.toml)) and not self.complaint

    def text(self) -> str:
        """Return it as it is written."""
        lines = [f"# {self.title}"]
        if self.complaint:
            lines.append(f"# Left out: {self.complaint}")
        prefix = "# " if self.complaint else ""
        lines += [f"{prefix}{line}".rstrip() for line in self.toml.splitlines()]
        return "\n".join(lines) + "\n"


def block_of(finding: Finding, kind: str, taken: set[str]) -> Block:
    """Return what is written of a finding; its sensor is taken from then on.

    Raises:
        TypeError: It is no finding.
        ValueError: Its table is no ``[[source]]`` of its kind.
    """
    finding = _checked(finding)
    title = _one_line(finding.title)
    table = _table_of(finding.toml)
    if not table:
        return Block(title, finding.toml)
    if table.get("plugin") != kind or not isinstance(table.get("sensor"), str):
        raise ValueError(f'the table of {title!r} needs plugin = "{kind}" and a sensor')
    sensor = _free(table["sensor"], taken)
    taken.add(sensor)
    return Block(title, _SENSOR_LINE.sub(f'sensor = "{sensor}"', finding.toml, count=1))


def _one_line(text: str) -> str:
    """Return what fits into a comment, whatever a device says of itself."""
    line = " ".join(text.split())[:_LONGEST_TITLE]
    return "".join(each if each.isprintable() else "?" for each in line)


def _checked(finding: object) -> Finding:
    if not isinstance(finding, Finding):
        raise TypeError(f"gave a {type(finding).__name__} where a Finding is due")
    return finding


def _table_of(toml: str) -> dict[str, Any]:
    data = tomllib.loads(toml)
    if not data:
        return {}
    sources = data.get("source")
    if set(data) != {"source"} or not isinstance(sources, list) or len(sources) != 1:
        raise ValueError("a finding has one [[source]] and nothing else")
    return dict(sources[0])


def _free(sensor: str, taken: set[str]) -> str:
    name, number = sensor, 1
    while name in taken:
        number += 1
        end = f"-{number}"
        name = sensor[: _LONGEST_ID - len(end)] + end
    return name


def document(blocks: Sequence[Block]) -> str:
    """Return the whole file."""
    return "\n".join([HEAD, *(block.text() for block in blocks)])


def accepted(blocks: Sequence[Block], load: Callable[[Path], Any]) -> list[Block]:
    """Return the blocks with those commented out that a check refuses.

    Args:
        blocks: What was found.
        load: Loads a configuration.

    Raises:
        ConfigError: It is refused for another reason.
    """
    found = list(blocks)
    with tempfile.TemporaryDirectory(prefix="collector-discover-") as folder:
        file = Path(folder, _NAME)
        while True:
            file.write_text(document(found), "utf-8")
            try:
                load(file)
            except ConfigError as error:
                if not _leave_out(found, error.complaints):
                    raise
            else:
                return found


def _leave_out(blocks: list[Block], complaints: Sequence[str]) -> bool:
    """Comment out the blocks that are complained about; false if that are none."""
    starts = [1 + document(blocks[:number]).count("\n") for number in range(len(blocks) + 1)]
    is_changed = False
    for complaint in complaints:
        match = _PLACE.search(complaint)
        line = int(match[1]) if match else 0
        for number, block in enumerate(blocks):
            if starts[number] <= line <= starts[number + 1] and block.is_used:
                message = complaint[match.end() :] if match else complaint
                blocks[number] = replace(block, complaint=_one_line(message))
                is_changed = True
                break
    return is_changed
