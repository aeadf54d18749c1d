"""The one guarded border around plugin code: whatever it raises becomes a `PluginFault`."""

import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STANDARD = Path(traceback.__file__).parent
_INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Below the standard library's directory, and none of it."""


class PluginFault(Exception):  # noqa: N818 - a plugin's error, not one of ours
    """Plugin code raised something that the collector gives no meaning.

    Its text is one line: what was being done, where it failed, and the words of the error, which is
    its cause.
    """


@contextmanager
def guarded(what: str, *meant: type[Exception]) -> Iterator[None]:
    """Run plugin code in a ``with``.

    This is the only place that catches everything: plugin code may raise anything, ``sys.exit()``
    included, and must cost nobody else anything.

    Args:
        what: What is being done, for the message: ``"read()"``.
        meant: Exceptions that mean something to the caller; they pass as they are.

    Raises:
        PluginFault: Anything else was raised, but for Ctrl-C in the main thread.
    """
    try:
        yield
    except meant:
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and _is_main_thread():
            raise
        raise PluginFault(f"{what} failed{_place(error)}: {in_words(error)}") from error


def in_words(error: BaseException) -> str:
    """Return the kind and the text of an error in one line."""
    return " ".join(f"{type(error).__name__}: {text_of(error)}".split()).removesuffix(":")


def text_of(error: BaseException) -> str:
    """Return the text of an error, which plugin code may have been given to make."""
    try:
        return str(error)
    except BaseException as worse:  # noqa: BLE001 - a part of the one border
        return f"(its own text cannot be had: {type(worse).__name__})"


def _place(error: BaseException) -> str:
    """Return where in the plugin's own code it was raised, if it was there."""
    files = [(Path(f.filename), f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    # What the standard library was given wrongly was wrong where it was called.
    foreign = [each for each in files if not (_is_ours(each[0]) or _is_standard(each[0]))]
    return f" at {foreign[-1][0].name}:{foreign[-1][1]}" if foreign else ""


def _is_ours(file: Path) -> bool:
    return file.name.startswith("<frozen") or Path(__file__).parents[1] in file.parents


def _is_standard(file: Path) -> bool:
    return _STANDARD in file.parents and not _INSTALLED.intersection(file.parts)


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
