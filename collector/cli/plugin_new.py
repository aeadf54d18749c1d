"""``collector plugins new NAME``: a package of one's own to start from, which works as it is.

It is the tutorial's package, under another name: there is no second copy to keep right.
"""

import re
from pathlib import Path

import collector
from collector.errors import StateError, UsageError

FILES = (
    "pyproject.toml",
    "README.md",
    ".github/workflows/tests.yml",
    "collector_thermostat/__init__.py",
    "collector_thermostat/decode.py",
    "collector_thermostat/example.toml",
    "collector_thermostat/plugin.py",
    "collector_thermostat/settings.py",
    "collector_thermostat/simulator.py",
    "tests/test_thermostat.py",
    "tests/test_thermostat_contract.py",
)
"""All of the tutorial's package, whose name stands in each of them."""

_NAME = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MAX_LENGTH = 40


def new(name: str, directory: Path, installed: frozenset[str]) -> int:
    """Make the package ``collector-NAME`` in a directory that is not there yet, and say what next.

    Args:
        name: The kind of source: lower-case letters, digits and dashes.
        directory: Where to.
        installed: The names that kinds have already.

    Raises:
        UsageError: The name cannot be one, or is taken.
        StateError: The directory is there, or cannot be made.
    """
    _check(name, installed)
    try:
        directory.mkdir(parents=True)
        for file in FILES:
            _write(directory / renamed(file, name), renamed(template(file), name))
    except FileExistsError as error:
        raise StateError(f"{directory} is there already: name another with --directory") from error
    except OSError as error:
        raise StateError(f"{directory} cannot be made: {error.strerror}") from error
    print(f"cd {directory} && pip install -e . pytest && pytest")
    print(f"collector plugins check {name}")
    print(f"collector run --simulate --config {example_of(name)}")
    return 0


def template(file: str) -> str:
    """Return the text of one file of the tutorial's package."""
    package = Path(collector.__file__).parent
    installed, checkout = package / "cli" / "sample-plugin", package.parent / "docs/sample-plugin"
    return ((installed if installed.is_dir() else checkout) / file).read_text("utf-8")


def renamed(text: str, name: str) -> str:
    """Return a text of the tutorial's package for a kind of this name."""
    module, words = name.replace("-", "_"), name.replace("-", " ")
    title = "".join(word.capitalize() for word in name.split("-"))
    for old, new_text in (
        ("collector_thermostat", f"collector_{module}"),
        ("collector-thermostat", f"collector-{name}"),
        ("test_thermostat", f"test_{module}"),
        ('"thermostat"', f'"{name}"'),
        ("`thermostat`", f"`{name}`"),
        ("plugins check thermostat", f"plugins check {name}"),
        ("\nthermostat = ", f"\n{name} = "),
        ("_thermostat", f"_{module}"),
        ("thermostat_", f"{module}_"),
        ("Thermostat", title),
        ("thermostat", words),
    ):
        text = text.replace(old, new_text)
    return text


def example_of(name: str) -> str:
    """Return where the example of a new package lies in it."""
    return renamed("collector_thermostat/example.toml", name)


def _check(name: str, installed: frozenset[str]) -> None:
    if not _NAME.fullmatch(name) or len(name) > _MAX_LENGTH:
        raise UsageError(
            f"{name!r} cannot name a kind",
            f"use a letter, then letters, digits and dashes, all lower-case, {_MAX_LENGTH} at most",
        )
    if name in installed:
        raise UsageError(f"a kind {name!r} is installed already", "choose another name")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
