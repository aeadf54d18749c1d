"""What plugins may rely on, name by name, as text: `public_interface.txt` beside this file.

``python tests/public_interface.py`` writes it. A change of it is a change of the promise that
`docs/compatibility.md` makes, and shows as such.
"""

import dataclasses
import enum
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import collector
from collector.plugin import hooks
from collector.testkit import pytest_plugin

FILE = Path(__file__).with_suffix(".txt")
GUIDE = Path(__file__).parents[1] / "docs" / "writing-a-plugin.md"
KIT = re.compile(r"((?:`\w+`, )+)`(collector\.testkit[.\w]+)`")


def interface() -> str:
    """Return every public name with its parameters, attributes and members, a line each."""
    lines = [line for name in collector.__all__ for line in _lines(name, getattr(collector, name))]
    lines += [f"hook {name}" for name in sorted(vars(hooks)) if name.startswith("collector_")]
    lines += [
        f"fixture {name}"
        for name, each in sorted(vars(pytest_plugin).items())
        if hasattr(each, "_fixture_function")
    ]
    for names, module in KIT.findall(GUIDE.read_text("utf-8")):
        for name in re.findall(r"\w+", names):
            thing = getattr(importlib.import_module(module), name)
            lines += [f"{module}: {line}" for line in _lines(name, thing)]
    return "\n".join(lines) + "\n"


def _lines(name: str, thing: object) -> Iterator[str]:
    if isinstance(thing, type) and issubclass(thing, enum.Enum):
        yield from (f"{name}.{member.name} = {member.value!r}" for member in thing)
    elif isinstance(thing, type):
        yield f"{name}{_parameters(thing)}"
        yield from (f"{name}.{line}" for line in sorted(_members(thing)))
    else:
        yield f"{name}{_parameters(thing)}" if inspect.isfunction(thing) else name


def _members(kind: type) -> Iterator[str]:
    for name, each in vars(kind).items():
        if name.startswith("_") or name == "model_config":
            continue
        function = each.__func__ if isinstance(each, classmethod | staticmethod) else each
        if inspect.isfunction(function):
            yield f"{name}{_parameters(function)}"
        elif isinstance(each, property):
            yield name
    if not dataclasses.is_dataclass(kind):
        yield from _told(kind)


def _told(kind: type) -> Iterator[str]:
    """Yield the attributes that the docstring of a class tells of."""
    section = inspect.cleandoc(kind.__doc__ or "").partition("\nAttributes:\n")[2]
    yield from re.findall(r"^    (\w+): ", section.partition("\n\n")[0], re.MULTILINE)


def _parameters(thing: object) -> str:
    """Return names and defaults; types are for the type checker to hold."""
    if getattr(thing, "_is_protocol", False):  # nobody makes one
        return ""
    try:
        signature = inspect.signature(thing)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    bare = [
        each.replace(annotation=inspect.Parameter.empty, default=_default(each.default))
        for each in signature.parameters.values()
        if each.name != "self"
    ]
    return str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def _default(value: object) -> object:
    """Return a default that is written the same each time."""
    return ... if " at 0x" in repr(value) else value


if __name__ == "__main__":
    FILE.write_text(interface(), "utf-8")
