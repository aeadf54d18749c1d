"""Collects everything that is wrong with a configuration, to be told at once and in order."""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collector.config.positions import Path
from collector.errors import ConfigError

MAX_SHOWN = 50
"""More complaints than this help nobody; the rest is only counted."""

MAX_KEPT = 1000
"""A file with more faults than this is something else; what follows is not even looked at."""

_MIN_SECRET_LENGTH = 4  # shorter ones would be replaced inside words


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in one of the configuration's files; places sort as a reader meets them.

    Attributes:
        file_number: Which of the files, in the order they are read.
        line: From 1; 0 for the file as a whole.
        column: From 1; 0 for the file as a whole.
        file: The file as the user named it.
    """

    file_number: int
    line: int
    column: int
    file: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(slots=True)
class Complaints:
    """What is wrong so far.

    Attributes:
        places: Where each path of the configuration stands.
        texts: Where the first character of each string stands, if that is known.
        references: Of values that were written as references: path to (as written, as resolved).
            What they resolve to may be secret and never shows in a complaint.
    """

    places: Mapping[Path, Place]
    references: Mapping[Path, tuple[str, str]] = field(default_factory=dict)
    texts: Mapping[Path, Place] = field(default_factory=dict)
    _found: dict[tuple[Place, str], None] = field(default_factory=dict)
    _warned: dict[tuple[Place, str], None] = field(default_factory=dict)
    _paths: set[Path] = field(default_factory=set)
    _warned_paths: set[Path] = field(default_factory=set)

    @property
    def is_full(self) -> bool:
        """Whether there are so many complaints that it is not worth finding more."""
        return len(self._found) >= MAX_KEPT

    def add(self, path: Path, message: str, place: Place | None = None) -> None:
        """Complain about a value, at its place or, if it has none, at that of its table."""
        if not self.is_full:
            self._paths.add(path)
            self._found.setdefault(self._line(path, message, place))

    def place_in(self, path: Path, text: str, offset: int) -> Place:
        """Return where a character of a string stands; where that is not known, the string's place.

        Args:
            path: The string.
            text: The string itself.
            offset: Of the character, from 0; the length for its end.
        """
        start = self.texts.get(path)
        if start is None or path in self.references:
            return self.place_of(path)
        *above, line = text[:offset].split("\n")
        column = len(line) + (1 if above else start.column)
        return Place(start.file_number, start.line + len(above), column, start.file)

    def warn(self, path: Path, message: str) -> None:
        """Remark on a value that may stay as it is."""
        self._warned_paths.add(path)
        if len(self._warned) < MAX_SHOWN:
            self._warned.setdefault(self._line(path, message))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was remarked, in the order of the places: at most 50 lines."""
        return _in_order(self._warned)

    def concern(self, path: Path) -> bool:
        """Tell whether something at this path, or below it, was complained about."""
        return any(each[: len(path)] == path for each in self._paths)

    def has_warned_of(self, path: Path) -> bool:
        """Tell whether something at this path, or below it, was remarked on."""
        return any(each[: len(path)] == path for each in self._warned_paths)

    def add_lines(self, path: Path, lines: Iterable[str]) -> None:
        """Take complaints about another file, which have their places already.

        Args:
            path: The table that names the file; they are told where complaints about it are.
            lines: The complaints as they are; equal ones are told once.
        """
        self._paths.add(path)
        for line in lines:
            if not self.is_full:
                self._found.setdefault((self.place_of(path), self._without_secrets(path, line)))

    def place_of(self, path: Path) -> Place:
        """Return where this path, or else the nearest table around it, stands."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places[path]

    def raise_if_any(self) -> None:
        """Raise all complaints as one error, in the order of their places.

        Raises:
            ConfigError: There was at least one.
        """
        lines = list(_in_order(self._found))
        if len(lines) > MAX_SHOWN:
            count = "many" if self.is_full else str(len(lines) - MAX_SHOWN)
            lines[MAX_SHOWN:] = [f"and {count} more"]
        if lines:
            raise ConfigError(*lines)

    def written(self, path: Path, value: object) -> object:
        """Return a value as the file has it: with its reference, not with what that stands for."""
        return self.references[path][0] if path in self.references else value

    def _line(self, path: Path, message: str, place: Place | None = None) -> tuple[Place, str]:
        where = place or self.place_of(path)
        spoken = f"{dotted(path)}: " if path else ""
        return where, f"{where}: {spoken}{self._without_secrets(path, message)}"

    def _without_secrets(self, path: Path, message: str) -> str:
        for where, (written, resolved) in self.references.items():
            if where[: len(path)] == path and len(resolved) >= _MIN_SECRET_LENGTH:
                for spelling in (repr(resolved)[1:-1], json.dumps(resolved)[1:-1], resolved):
                    message = message.replace(spelling, written)
        return message


def _in_order(found: Iterable[tuple[Place, str]]) -> tuple[str, ...]:
    # at one place they stay in their order, which is that of another file's lines
    in_order = sorted(found, key=lambda item: item[0])
    return tuple(dict.fromkeys(line for _, line in in_order))


def dotted(path: Path) -> str:
    """Return a path as people write it: ``source[2].registers[0].address``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def not_allowed(what: str, wrong: object, allowed: Iterable[str]) -> str:
    """Return a complaint with the allowed name that was probably meant, and all of them."""
    names = list(allowed)
    nearest = difflib.get_close_matches(str(wrong), names, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    return f"{what}{hint} (allowed: {', '.join(names)})"
