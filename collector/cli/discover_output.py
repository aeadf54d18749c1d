"""Where the configuration of what was found is written: whole, or not at all."""

import os
from pathlib import Path

from collector.errors import UsageError

STANDARD_OUTPUT = "-"


def refuse(output: str, *, overwrite: bool) -> None:
    """Say before the search what cannot be written after it.

    Raises:
        UsageError: It is there already, or can never be.
    """
    if output == STANDARD_OUTPUT:
        return
    file = Path(output)
    if file.is_dir():
        raise UsageError(f"--output: {output} is a directory", "name a file in it")
    if not overwrite and os.path.lexists(file):
        hint = "give another name, --force to overwrite it, or - to print"
        raise UsageError(f"--output: {output} exists already", hint)
    if not file.parent.is_dir():
        raise UsageError(f"--output: there is no directory {file.parent}")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise UsageError(f"--output: {file.parent} cannot be written by this user")


def write(output: str, text: str, *, overwrite: bool) -> str:
    """Write it, and return what became of it, in words; empty if it was printed.

    Raises:
        UsageError: The file cannot be written; it is printed instead.
    """
    if output == STANDARD_OUTPUT:
        print(text, end="")
        return ""
    file = Path(output)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(text, "utf-8")
        _put(beside, file, overwrite=overwrite)
    except OSError as error:
        print(text, end="")  # what was found is not lost
        raise UsageError(f"--output: {output}: {error.strerror}; it is printed instead") from error
    finally:
        beside.unlink(missing_ok=True)
    return f"written to {output}"


def _put(beside: Path, file: Path, *, overwrite: bool) -> None:
    """Give a file its name, which somebody else may have taken meanwhile."""
    if not overwrite:
        try:
            file.hardlink_to(beside)
        except FileExistsError:
            raise
        except OSError:  # a file system without links, such as that of a USB stick
            file.touch(exist_ok=False)
        else:
            return
    beside.replace(file)
