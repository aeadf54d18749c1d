"""Reads the ``[[source.transform]]`` tables of one source."""

from collections.abc import Mapping, Sequence
from typing import Any

from collector.config.complaints import Complaints, not_allowed
from collector.config.positions import Path
from collector.config.validation import validate
from collector.transforms.kinds import KINDS
from collector.transforms.problem import Problem
from collector.transforms.settings import TransformSettings

MAX_TRANSFORMS = 100
"""Of one source. Each may call the next one, and Python's stack has room for ten times as many."""


def read_transforms(
    tables: Sequence[Mapping[str, Any]], source: Path, complaints: Complaints
) -> tuple[TransformSettings, ...]:
    """Return the transforms whose tables are right; what is wrong is complained about.

    Args:
        tables: As tomllib gave them, in the order of the file.
        source: The path of the source's table.
        complaints: Gets what is wrong.
    """
    if len(tables) > MAX_TRANSFORMS:
        message = f"has {len(tables)} tables: at most {MAX_TRANSFORMS}"
        complaints.add((*source, "transform"), message)
        return ()
    read = [
        _read(table, (*source, "transform", index), complaints)
        for index, table in enumerate(tables)
    ]
    return tuple(each for each in read if each is not None)


def complain(problem: Problem, transform: TransformSettings, at: Path, to: Complaints) -> None:
    """Complain about a transform, at the character that is wrong where one is."""
    path = (*at, problem.key)
    text = getattr(transform, problem.key, None)
    if problem.offset is None or not isinstance(text, str):
        to.add(path, problem.message)
    else:
        to.add(path, problem.message, to.place_in(path, text, problem.offset))


def _read(table: Mapping[str, Any], at: Path, complaints: Complaints) -> TransformSettings | None:
    name = table.get("type")
    if name is None:
        complaints.add((*at, "type"), f"is missing (allowed: {', '.join(KINDS)})")
        return None
    if not isinstance(name, str) or name not in KINDS:
        complaints.add((*at, "type"), not_allowed(f"unknown type {name!r}", name, KINDS))
        return None
    settings = validate(KINDS[name].settings, table, at, complaints)
    if settings is None:
        return None
    problems = settings.problems()
    for problem in problems:
        complain(problem, settings, at, complaints)
    return None if problems else settings
