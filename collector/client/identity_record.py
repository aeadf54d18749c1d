"""What the record of an identity says, and whether it and the files that it names are sound."""

import json
import stat
from pathlib import Path
from typing import Any

from collector.errors import IdentityError
from collector.wire.ids import is_client_id

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_FILES = ("key_file", "certificate_file", "ca_file")
_TEXTS = ("client_id", "client_name", *_FILES)
_ENROLLED_AT = "enrolled_at_ms"
_TIMES = ("not_before_ms", "not_after_ms", _ENROLLED_AT)


def read_record(text: str, file: Path) -> dict[str, Any]:
    """Return the keys of a record, all of them there and of the right kind.

    Raises:
        IdentityError: It is damaged or was tampered with.
    """
    damaged = IdentityError(
        f"the identity {file} is damaged; provision again: collector provision --force"
    )
    try:
        record = json.loads(text)
    except ValueError:
        raise damaged from None
    if not isinstance(record, dict):
        raise damaged
    record.setdefault(_ENROLLED_AT, 0)  # records of the first release do not have it
    texts = all(isinstance(record.get(name), str) for name in _TEXTS)
    times = all(type(record.get(name)) is int for name in _TIMES)
    if not texts or not times or not is_client_id(record["client_id"]):
        raise damaged
    if any(Path(record[name]).name != record[name] for name in _FILES):
        raise damaged
    return record


def files_named_by(record_file: Path) -> set[str]:
    """Return the names of the files of an identity; empty when there is no sound record.

    Raises:
        OSError: It cannot be read.
    """
    try:
        record = read_record(record_file.read_text("utf-8"), record_file)
    except (FileNotFoundError, UnicodeDecodeError, IdentityError):
        return set()
    return {record[name] for name in _FILES}


def check_modes(directory: Path, key_file: Path, certificate_file: Path) -> None:
    """Check that the files are there, and the key and the directory for their owner alone.

    Raises:
        IdentityError: They are not; the text names file and mode.
    """
    for path, right in ((directory, "0700"), (key_file, "0600"), (certificate_file, "")):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError as error:
            raise IdentityError(f"{path} cannot be used: {error.strerror}") from error
        if right and mode & _FOR_OTHERS:
            raise IdentityError(
                f"{path} has mode {mode:04o} and is open to others; it has to be {right}: "
                f"chmod {right[1:]} {path}"
            )
