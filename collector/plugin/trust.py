"""Whether everybody on this machine may change what the collector acts on: code, configuration."""

import importlib.machinery
import importlib.util
import os
import stat
from collections.abc import Iterator
from pathlib import Path


def open_to_all(path: Path) -> Path | None:
    """Return what lets everybody change a file or what lies in a directory; None if nothing does.

    That is itself, or a directory on the way to it in which it could be replaced. A directory such
    as ``/tmp`` on the way, where only owners may replace, does no harm.
    """
    place = Path(os.path.realpath(path))
    for each in (place, *place.parents):
        try:
            mode = each.stat().st_mode
        except OSError:
            continue  # whoever opens it has more to say
        is_kept_apart = each != place and mode & stat.S_ISVTX
        if mode & stat.S_IWOTH and not is_kept_apart:
            return each
    return None


def told_open(place: Path) -> str:
    """Return, for people, that everybody may change this, and what to do about it."""
    mode = stat.S_IMODE(place.stat().st_mode)
    return f"{place} has mode {mode:04o}, so anybody may change it: chmod o-w {place}"


def code_open_to_all(module: str) -> Path | None:
    """Return what lets everybody change the code of a module; None if nothing does.

    Nothing is imported. A module that is not found is for the import to tell.

    Args:
        module: Its full name, ``package.module``.
    """
    return next(filter(None, map(open_to_all, _places_of(module))), None)


def is_owned_by_trusted(path: Path, *, like: Path) -> bool:
    """Tell whether a file is of us, of root, or of the owner of another that is trusted already."""
    owner = path.stat().st_uid
    return owner in {0, os.geteuid(), like.stat().st_uid}


def _places_of(module: str) -> Iterator[Path]:
    top, *rest = module.split(".")
    spec = _spec_of(top)
    if spec is None:
        return
    if spec.origin is not None:
        yield from _with_cache(Path(spec.origin))
    for location in spec.submodule_search_locations or ():
        place = Path(location)
        yield place.parent
        for name in rest:
            place /= name
            yield from (each for each in _with_cache(place.with_suffix(".py")) if each.exists())
            if place.is_dir():
                yield place


def _with_cache(file: Path) -> Iterator[Path]:
    # What lies beside a module, or as its compiled form, is run in its place just as well.
    yield from (file.parent, file, file.parent / "__pycache__")


def _spec_of(name: str) -> importlib.machinery.ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None
