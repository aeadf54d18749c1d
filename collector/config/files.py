"""Reads the configuration file and its drop-in directory into one document."""

import re
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.config import positions
from collector.config.complaints import Complaints, Place
from collector.errors import ConfigError
from collector.plugin.trust import is_owned_by_trusted, open_to_all, told_open

MAX_BYTES = 1024 * 1024
"""No configuration is larger; something else was named by mistake."""

MAX_DEPTH = 32
"""Tables and arrays inside each other. What nests deeper is no configuration either."""

_SYNTAX_ERROR = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


@dataclass(slots=True)
class Document:
    """All files as one.

    Attributes:
        data: The merged tables.
        places: Where each path stands.
        texts: Where the first character of each string stands, if it has no escapes.
    """

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[positions.Path, Place] = field(default_factory=dict)
    texts: dict[positions.Path, Place] = field(default_factory=dict)


def read(path: Path) -> Document:
    """Read a configuration file and, beside it, ``<name>.d/*.toml`` in the order of their names.

    ``[[source]]`` tables are appended; other tables are merged key by key.

    Raises:
        ConfigError: Files cannot be read, may be changed by everybody, are not TOML, or set the
            same key twice.
    """
    top = Place(0, 0, 0, str(path))
    document = Document(places={(): top})
    complaints = Complaints(document.places)
    for number, file in enumerate([path, *_drop_ins(path, complaints)]):
        whole = Place(number, 0, 0, str(file))
        _check_trusted(file, path, whole, complaints)
        part = _read_file(file, whole, complaints)
        _merge(document, part, complaints)
    complaints.raise_if_any()
    return document


def read_alone(path: Path) -> Document:
    """Read one TOML file, whatever lies beside it.

    Raises:
        ConfigError: It cannot be read or is not TOML.
    """
    whole = Place(0, 0, 0, str(path))
    complaints = Complaints({(): whole})
    document = _read_file(path, whole, complaints)
    complaints.raise_if_any()
    return Document(document.data, {**document.places, (): whole})


def named_kinds(path: Path) -> list[str]:
    """Return the kinds of source that a configuration names, each once; none if it is wrong.

    Nothing is checked, and no plugin is imported.
    """
    try:
        tables = read(path).data.get("source")
    except ConfigError:
        return []
    tables = tables if isinstance(tables, list) else []
    names = (table.get("plugin") for table in tables if isinstance(table, dict))
    return [*dict.fromkeys(name for name in names if isinstance(name, str))]


def drop_in_dir(path: Path) -> Path:
    """Return the drop-in directory of a configuration file: ``x.toml`` has ``x.d``."""
    return path.parent / f"{path.stem}.d"  # which a directory named by mistake has as well


def _drop_ins(path: Path, complaints: Complaints) -> list[Path]:
    directory = drop_in_dir(path)
    try:
        files = sorted(directory.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        complaints.add((), _unreadable(error), Place(0, 0, 0, str(directory)))
        return []
    # hidden files are what editors leave behind
    return [file for file in files if file.suffix == ".toml" and not file.name.startswith(".")]


def _check_trusted(file: Path, main: Path, whole: Place, complaints: Complaints) -> None:
    """Refuse what others may have written: a configuration names what is run, and where data go."""
    if _is_device(file):  # which all may write by right
        return
    place = open_to_all(file)
    if place is not None:
        complaints.add((), f"is not to be trusted: {told_open(place)}", whole)
    elif file != main and not is_owned_by_trusted(file, like=main):
        complaints.add((), f"is not to be trusted: it is not owned as {main} is, nor by you", whole)


def _unreadable(error: OSError) -> str:
    hint = "; ask as root (sudo), or as its owner" if isinstance(error, PermissionError) else ""
    return f"cannot be read: {error.strerror}{hint}"


def _is_device(file: Path) -> bool:
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISBLK(mode)


def _read_file(file: Path, whole: Place, complaints: Complaints) -> Document:
    if _is_device(file):
        complaints.add((), "is a device: name a file", whole)
        return Document()
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        complaints.add((), _unreadable(error), whole)
        return Document()
    if len(raw) > MAX_BYTES:
        complaints.add((), "is larger than 1 MiB: that is no configuration file", whole)
        return Document()
    try:
        text = raw.decode("utf-8-sig")  # some editors begin a file with a mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        place = Place(whole.file_number, line, 1, whole.file)
        complaints.add((), "is not UTF-8 text: save the file as UTF-8", place)
        return Document()
    return _parse(text.replace("\r\n", "\n"), whole, complaints)


def _parse(text: str, whole: Place, complaints: Complaints) -> Document:
    try:
        data = tomllib.loads(text)
    except RecursionError:
        complaints.add((), "is nested too deeply", whole)
        return Document()
    except ValueError as error:  # TOMLDecodeError is one; so is a number with too many digits
        _complain_about_syntax(str(error), text, whole, complaints)
        return Document()
    if _is_too_deep(data):
        complaints.add((), f"is nested too deeply, more than {MAX_DEPTH} levels", whole)
        return Document()
    number, name = whole.file_number, whole.file
    places, texts = (
        {path: Place(number, each.line, each.column, name) for path, each in found.items()}
        for found in positions.locate(text)
    )
    return Document(data, places, texts)


def _complain_about_syntax(message: str, text: str, whole: Place, complaints: Complaints) -> None:
    match = _SYNTAX_ERROR.fullmatch(message)
    reason, line, column = match.groups() if match else (message, "1", "1")
    if line is None:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    place = Place(whole.file_number, int(line), int(column), whole.file)
    complaints.add((), f"is not valid TOML: {reason[:1].lower()}{reason[1:]}", place)


def _is_too_deep(data: dict[str, Any]) -> bool:
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
    return bool(level)


def _merge(document: Document, part: Document, complaints: Complaints) -> None:
    sources = document.data.get("source")
    shift = len(sources) if isinstance(sources, list) else 0
    places = {_shifted(path, shift): place for path, place in part.places.items()}
    _merge_table(document, part.data, (), _Merge(places, complaints))
    for path, place in places.items():
        document.places.setdefault(path, place)
    for path, place in part.texts.items():
        document.texts.setdefault(_shifted(path, shift), place)


@dataclass(frozen=True, slots=True)
class _Merge:
    places: dict[positions.Path, Place]
    complaints: Complaints

    def refuse(self, document: Document, path: positions.Path) -> None:
        before = document.places[path]
        self.complaints.add(path, f"is already set at {before}", self.places[path])


def _merge_table(
    document: Document, part: dict[str, Any], at: positions.Path, merge: _Merge
) -> None:
    table = document.data
    for key in at:
        table = table[str(key)]
    for key, value in part.items():
        path = (*at, key)
        if key not in table:
            table[key] = value
        elif isinstance(table[key], dict) and isinstance(value, dict):
            _merge_table(document, value, path, merge)
        elif path == ("source",) and isinstance(table[key], list) and isinstance(value, list):
            table[key] = [*table[key], *value]
        else:
            merge.refuse(document, path)


def _shifted(path: positions.Path, shift: int) -> positions.Path:
    match path:
        case ("source", int(index), *rest):
            return ("source", index + shift, *rest)
    return path
