"""Where in a TOML text each key and array element stands.

`tomllib` gives values without places, so complaints could not say where. This scanner knows just
enough TOML to find the keys again: it runs over text that tomllib has accepted, so it need not
refuse anything, and a property test holds both to the same set of paths.
"""

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and array indexes from the top of the document down to a value."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:'{0,2})|"(?:\\.|[^"\\])*"|'[^']*\'''',
    re.DOTALL,
)
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text.

    Attributes:
        line: From 1.
        column: From 1, in characters.
    """

    line: int
    column: int


class Located(NamedTuple):
    """Where the parts of a document stand, by their paths.

    Attributes:
        keys: Each value is named there. A table that only the path of a longer key creates stands
            where that key stands.
        texts: The first character of each string, behind its quotes; strings with escapes, whose
            characters are not those of the document, are left out.
    """

    keys: dict[Path, Position]
    texts: dict[Path, Position]


def locate(text: str) -> Located:
    """Return where everything in a valid TOML document stands."""
    scanner = _Scanner(text)
    scanner.scan_document()
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    keys, texts = (
        {path: _position(starts, offset) for path, offset in offsets.items()}
        for offsets in (scanner.offsets, scanner.texts)
    )
    return Located(keys, texts)


def positions(text: str) -> dict[Path, Position]:
    """Return where each value of a valid TOML document is named, by its path; see `Located`."""
    return locate(text).keys


def _position(line_starts: list[int], offset: int) -> Position:
    line = bisect_right(line_starts, offset)
    return Position(line, offset - line_starts[line - 1] + 1)


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    offsets: dict[Path, int] = field(default_factory=dict)
    texts: dict[Path, int] = field(default_factory=dict)
    lengths: dict[Path, int] = field(default_factory=dict)  # of the arrays of tables

    def scan_document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self._scan_header()
            else:
                self._scan_pair(table)
            self._skip(_BLANK)

    def _scan_header(self) -> Path:
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        *parents, last = self._scan_key()
        self.at = self.text.index("]", self.at) + (2 if is_array else 1)
        path: Path = ()
        for key in parents:
            path = self._newest((*path, key), start)
        path = (*path, last)
        if is_array:
            self.lengths[path] = self.lengths.get(path, 0) + 1
        return self._newest(path, start)

    def _newest(self, path: Path, offset: int) -> Path:
        """Return this path, or in an array of tables that of the array's newest table."""
        self.offsets.setdefault(path, offset)
        if path in self.lengths:
            path = (*path, self.lengths[path] - 1)
            self.offsets.setdefault(path, offset)
        return path

    def _scan_pair(self, table: Path) -> None:
        start = self.at
        path = table
        for key in self._scan_key():
            path = (*path, key)
            self.offsets.setdefault(path, start)
        self.at = self.text.index("=", self.at) + 1
        self._scan_value(path)

    def _scan_key(self) -> list[str]:
        self._skip(_BLANK)
        keys = [self._scan_simple_key()]
        while dot := _DOT.match(self.text, self.at):
            self.at = dot.end()
            keys.append(self._scan_simple_key())
        return keys

    def _scan_simple_key(self) -> str:
        raw = self._take(_KEY)
        return str(tomllib.loads(f"key = {raw}")["key"]) if raw[0] in "\"'" else raw

    def _scan_value(self, path: Path) -> None:
        self._skip(_BLANK)
        first = self.text[self.at]
        if first == "[":
            self._scan_array(path)
        elif first == "{":
            self._scan_inline_table(path)
        elif first in "\"'":
            self._scan_string(path)
        else:
            self._skip(_BARE_VALUE)

    def _scan_string(self, path: Path) -> None:
        start = self.at
        raw = self._take(_STRING)
        quotes = 3 if raw.startswith(('"""', "'''")) else 1
        if raw[0] == "'" or "\\" not in raw:
            # a line break right behind three quotes is no part of the string
            self.texts[path] = start + quotes + (raw[quotes : quotes + 1] == "\n")

    def _scan_array(self, path: Path) -> None:
        self._step_over_separators()
        index = 0
        while self.text[self.at] != "]":
            element = (*path, index)
            self.offsets[element] = self.at
            self._scan_value(element)
            self._skip(_BLANK)
            if self.text[self.at] == ",":
                self._step_over_separators()
            index += 1
        self.at += 1

    def _scan_inline_table(self, path: Path) -> None:
        self._step_over_separators()
        while self.text[self.at] != "}":
            self._scan_pair(path)
            self._skip(_BLANK)
            if self.text[self.at] == ",":
                self._step_over_separators()
        self.at += 1

    def _step_over_separators(self) -> None:
        """Step over one bracket or comma and the blanks behind it."""
        self.at += 1
        self._skip(_BLANK)

    def _take(self, pattern: re.Pattern[str]) -> str:
        start = self.at
        self._skip(pattern)
        return self.text[start : self.at]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
