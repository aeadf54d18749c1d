"""The tables of the reference pages, made from the code that they describe.

``python tests/reference_tables.py`` writes them into the pages, between their marks.
"""

import argparse
import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from public_names import documented
from pydantic.fields import FieldInfo

from collector.cli import COMMANDS, options
from collector.cli.parsing import Parser
from collector.cli.plugin_command import find
from collector.config.loading import TABLES
from collector.config.models import SourceKeys
from collector.errors import UsageError
from collector.plugin.loader import PluginLoader

ROOT = Path(__file__).parents[1]
COMMANDS_PAGE = ROOT / "docs" / "commands.md"
NAMES_PAGE = ROOT / "docs" / "public-names.md"
CONFIGURING_PAGE = ROOT / "docs" / "configuring.md"
_TABLE = re.compile(r"(<!-- (\w+): (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def _shared() -> Mapping[str, str | None]:
    """Return the options that several commands share, and what they mean."""
    parser = argparse.ArgumentParser(add_help=False)
    for add in (options.add_config, options.add_simulate, options.add_json):
        add(parser)
    return {action.option_strings[0]: action.help for action in parser._actions}


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of every command that does something, by its words."""
    found = {}
    for command in COMMANDS:
        parser = Parser(prog=f"collector {command.name}")
        importlib.import_module(command.module).configure(parser)
        found.update(_leaves(command.name, parser))
    for name in dict.fromkeys(plugin.name for plugin in PluginLoader().installed()):
        try:
            command_of_plugin = find(name, [])
        except UsageError:  # it brings none
            continue
        parser = Parser(prog=f"collector {name}")
        command_of_plugin.configure(parser)
        found.update(_leaves(name, parser))
    return found


def _leaves(words: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, Parser]]:
    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not below:
        yield words, parser
    for action in below:
        for name, child in action.choices.items():
            yield from _leaves(f"{words} {name}", child)


def options_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the arguments and options of a parser in the order of its help, without that."""
    hidden = (argparse.SUPPRESS, "show this help message and exit")
    shown = [each for each in parser._actions if each.help not in hidden]
    return sorted(shown, key=lambda each: bool(each.option_strings))


def options_table(parser: argparse.ArgumentParser) -> str:
    """Return the table of what a command takes."""
    own, shared, of_all = [], [], _shared()
    for action in options_of(parser):
        (shared if action.help == of_all.get("".join(action.option_strings)) else own).append(
            action
        )
    rows = [f"| {_form(action)} | {_meaning(parser, action)} |" for action in own]
    also = ", ".join(_form(action) for action in shared)
    parts = ["\n".join(["| option | meaning |", "|---|---|", *rows])] if rows else []
    return "\n\n".join([*parts, f"Also {also}."] if also else parts or ["It takes nothing."])


def _form(action: argparse.Action) -> str:
    metavar = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
    value = "" if action.nargs == 0 else str(metavar)
    names = action.option_strings or [""]
    return ", ".join(
        f"`{name} {value}`" if name and value else f"`{name or value}`" for name in names
    )


def _meaning(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    params = {**vars(action), "prog": parser.prog}
    text = (action.help or "") % params
    if action.choices is not None:
        text += f"{': ' if text else ''}{', '.join(f'`{each}`' for each in action.choices)}"
    rivals = [
        other.option_strings[0]
        for group in parser._mutually_exclusive_groups
        if action in group._group_actions
        for other in group._group_actions
        if other is not action
    ]
    if rivals:
        text += f"; not with {', '.join(f'`{each}`' for each in rivals)}"
    return " ".join(text.split()).replace("|", "\\|")


def keys_table(name: str) -> str:
    """Return the table of what a table of the configuration takes; ``source`` for what all do."""
    model = SourceKeys if name == "source" else TABLES[name]
    properties = model.model_json_schema()["properties"]
    rows = [
        f"| `{key}` | {_kind(info, properties[key])} | {_default(info)} | {_words(info)} |"
        for key, info in model.model_fields.items()
    ]
    return "\n".join(["| key | takes | default | meaning |", "|---|---|---|---|", *rows])


def _words(info: FieldInfo) -> str:
    return " ".join((info.description or "").replace("``", "`").split())


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    if info.default_factory is not None:
        return "depends on the machine"
    default = info.default
    if default is None or default == ():
        return "none"
    if isinstance(default, Path):
        default = str(default)
    return f"`{json.dumps(default)}`"


def _kind(info: FieldInfo, schema: Mapping[str, Any]) -> str:
    """Return what is to be written, with its bounds."""
    chosen = next(each for each in schema.get("anyOf", [schema]) if each.get("type") != "null")
    if "enum" in chosen:
        return ", ".join(f"`{json.dumps(value)}`" for value in chosen["enum"])
    text = _NAMES.get(_named(chosen), "text")
    parts = [
        f"{words} {getattr(each, name):g}{_UNITS.get(text, '')}"
        for each in info.metadata
        for name, words in _BOUNDS.items()
        if getattr(each, name, None) is not None
    ]
    parts += [f"like `{chosen['pattern']}`"] if "pattern" in chosen else []
    return ", ".join([text, *parts])


_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most"}
_UNITS = {"duration": " s", "size": " bytes"}
_NAMES = {
    "duration": "duration",
    "size": "size",
    "path": "path",
    "boolean": "`true`, `false`",
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "array": "list",
}


def _named(schema: Mapping[str, Any]) -> str:
    if schema.get("format") == "path":
        return "path"
    if schema.get("type") == ["string", "integer"]:
        return "size"
    if "examples" in schema:
        return "duration"
    return str(schema.get("type"))


def names_table(_: str) -> str:
    """Return the table of what ``from collector import ...`` offers."""
    rows = [f"| `{name}` | {text.replace('``', '`')} |" for name, text in documented().items()]
    return "\n".join(["| name | what it is |", "|---|---|", *rows])


def tables() -> Mapping[str, Callable[[str], str]]:
    """Return what makes the tables of each kind of mark, by the rest of the mark."""
    of_commands = parsers()
    return {
        "options": lambda words: options_table(of_commands[words]),
        "keys": keys_table,
        "names": names_table,
    }


def refreshed(text: str, makers: Mapping[str, Callable[[str], str]]) -> str:
    """Return a page with the tables between its marks made anew."""
    return _TABLE.sub(lambda mark: f"{mark[1]}{makers[mark[2]](mark[3])}\n{mark[4]}", text)


def with_sections(text: str, commands: Mapping[str, argparse.ArgumentParser]) -> str:
    """Return the page of commands with a first draft of each section that it lacks, at its end."""
    for words in commands:
        mark = f"<!-- options: {words} -->"
        if mark not in text:
            example = f"```sh\ncollector {words}\n```"
            text += f"\n### `collector {words}`\n\n{example}\n\n{mark}\n<!-- end -->\n"
    return text


def main() -> None:
    """Write the tables into the pages; a new command gets a section, for a human to go on with."""
    makers = tables()
    drafted = with_sections(COMMANDS_PAGE.read_text("utf-8"), parsers())
    COMMANDS_PAGE.write_text(drafted, "utf-8")
    for page in (COMMANDS_PAGE, CONFIGURING_PAGE, NAMES_PAGE):
        page.write_text(refreshed(page.read_text("utf-8"), makers), "utf-8")


if __name__ == "__main__":
    main()
