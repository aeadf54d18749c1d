"""The configuration that is written of what was found: commented, and one that is accepted."""

import itertools
import json
import re
import tempfile
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collector.errors import ConfigError
from collector.plugin.discovery import Finding
from collector.wire.ids import MAX_ID_LENGTH, is_sensor_id

_SENSOR_LINE = re.compile(r"^sensor\s*=.*$", re.MULTILINE)
_NO_ID = re.compile("[^A-Za-z0-9 _-]+")
_PLACE = re.compile(r":(\d+):\d+: ")
_LONGEST_TITLE = 160
_NAME = "discovered.toml"
_SINGLE_ROUNDS = 4
"""After so many checks, more is left out with each: most configurations need one check or two."""

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
    sensor = _free(table["sensor"], kind, taken)
    taken.add(sensor)
    return Block(title, _renamed(finding.toml, table["sensor"], sensor))


def _renamed(toml: str, sensor: str, new: str) -> str:
    if new == sensor:
        return toml
    line = f"sensor = {json.dumps(new, ensure_ascii=False)}"
    return _SENSOR_LINE.sub(lambda _: line, toml, count=1)


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


def _free(sensor: str, kind: str, taken: set[str]) -> str:
    """Return an id that can be one and is not taken, as like what was wanted as it may be."""
    wanted = sensor if is_sensor_id(sensor) else _NO_ID.sub("-", sensor).strip("- ") or kind
    name, number = wanted[:MAX_ID_LENGTH], 1
    while name in taken or not is_sensor_id(name):
        number += 1
        end = f"-{number}"
        name = wanted[: MAX_ID_LENGTH - len(end)] + end
    return name


def document(blocks: Sequence[Block]) -> str:
    """Return the whole file."""
    return "\n".join([HEAD, *(block.text() for block in blocks)])


def accepted(blocks: Sequence[Block], check: Callable[[Path], None]) -> list[Block]:
    """Return the blocks with those commented out that a check refuses.

    Args:
        blocks: What was found.
        check: Raises ConfigError for what is wrong with a configuration.

    Raises:
        ConfigError: It is refused even without any of them.
    """
    found = list(blocks)
    with tempfile.TemporaryDirectory(prefix="collector-discover-") as folder:
        file = Path(folder, _NAME)
        for number in itertools.count():
            file.write_text(document(found), "utf-8")
            try:
                check(file)
            except ConfigError as error:
                if not _leave_out(found, error.complaints, many=number >= _SINGLE_ROUNDS):
                    raise
            else:
                break
    return found


def _leave_out(blocks: list[Block], complaints: Sequence[str], *, many: bool) -> bool:
    """Comment out the blocks that are complained about; false if none is left.

    What is said of none of them is taken to be about the last.

    Args:
        blocks: All blocks.
        complaints: What is said.
        many: Leave out a quarter of a kind for one complaint. Where a hundred are too many for one
            link, that is said of one after the other, and each check takes seconds.
    """
    kinds = {n: _table_of(each.toml)["plugin"] for n, each in enumerate(blocks) if each.is_used}
    if not kinds:
        return False
    lines = [document(blocks[:number]).count("\n") for number in range(1, len(blocks) + 1)]
    for complaint in complaints:
        match = _PLACE.search(complaint)
        number = bisect_left(lines, int(match[1])) if match else len(blocks)
        reason = _one_line(complaint[match.end() :] if match else complaint)
        first = number if number in kinds else max(kinds)
        alike = [each for each in kinds if each > first and kinds[each] == kinds[first]]
        for each in [first, *alike[: len(alike) // 4 if many else 0]]:
            if not blocks[each].complaint:
                blocks[each] = replace(blocks[each], complaint=reason)
    return True
