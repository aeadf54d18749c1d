"""What the record of an identity says, and whether it and the files that it names are sound.

A record may be damaged alone, so a copy of it lies beside the files that it names.
"""

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collector.errors import IdentityError, IdentityUnreadableError
from collector.wire.ids import is_client_id

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_FILES = ("key_file", "certificate_file", "ca_file")
_TEXTS = ("client_id", "client_name", *_FILES)
_ENROLLED_AT = "enrolled_at_ms"
_COPY_SUFFIX = ".json"
_TIMES = ("not_before_ms", "not_after_ms", _ENROLLED_AT)
_FIRST_MS, _END_MS = -62_135_596_800_000, 253_402_300_800_000
"""The years 1 to 9999: what a certificate can say (RFC 5280, section 4.1.2.5), and a date shows."""

_FILE_NAME = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_.-]{0,250}")
"""A file of the directory itself; so are called what `IdentityDirectory` writes, and no path is."""


class DamagedIdentityError(IdentityError):
    """A record says nothing sensible, or names a file that is gone: another one may be sound.

    Attributes:
        what: What is wrong, without what to do where nothing else is sound.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what}; {hint}" if hint else what)
        self.what = what


def text_of(record_file: Path) -> str | None:
    """Return what is in a record; None when there is none.

    Raises:
        IdentityError: It cannot be read.
    """
    try:
        return record_file.read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise DamagedIdentityError(f"the identity {record_file} cannot be read: no text") from None
    except OSError as error:
        text = f"the identity {record_file} cannot be read"
        raise IdentityUnreadableError.unless_lasting(error, text) from error


def read_record(text: str, file: Path) -> dict[str, Any]:
    """Return the keys of a record, all of them there and of the right kind.

    Raises:
        DamagedIdentityError: It is damaged or was tampered with.
    """
    damaged = DamagedIdentityError(
        f"the identity {file} is damaged", "provision again: collector provision --force"
    )
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        raise damaged from None
    if not isinstance(record, dict):
        raise damaged
    record.setdefault(_ENROLLED_AT, 0)  # records of the first release do not have it
    texts = all(isinstance(record.get(name), str) for name in _TEXTS)
    times = all(
        type(record.get(name)) is int and _FIRST_MS <= record[name] < _END_MS for name in _TIMES
    )
    if not texts or not times or not is_client_id(record["client_id"]):
        raise damaged
    if not all(_FILE_NAME.fullmatch(record[name]) for name in _FILES):
        raise damaged
    return record


def files_of(record: Mapping[str, Any]) -> set[str]:
    """Return the names of the files of an identity, the copy of its record among them."""
    return {*(record[name] for name in _FILES), copy_name(record)}


def copy_name(record: Mapping[str, Any]) -> str:
    """Return under which name the copy of a record lies."""
    return f"{record['key_file'].removesuffix('.key')}{_COPY_SUFFIX}"


def copies_in(directory: Path) -> list[str]:
    """Return the names of the copies of records in a directory."""
    return sorted(file.name for file in directory.glob(f"*-*{_COPY_SUFFIX}"))


def check_modes(directory: Path, key_file: Path, certificate_file: Path) -> None:
    """Check that the files are there, and the key and the directory for their owner alone.

    Raises:
        IdentityError: They are not; the text names file and mode.
    """
    for path, right in ((directory, "0700"), (key_file, "0600"), (certificate_file, "")):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError as error:
            raise DamagedIdentityError(f"{path} cannot be used: {error.strerror}") from error
        except OSError as error:
            text = f"{path} cannot be used"
            raise IdentityUnreadableError.unless_lasting(error, text) from error
        if right and mode & _FOR_OTHERS:
            raise IdentityError(
                f"{path} has mode {mode:04o} and is open to others; it has to be {right}: "
                f"chmod {right[1:]} {path}"
            )
