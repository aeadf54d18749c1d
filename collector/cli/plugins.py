"""``collector plugins``: what is installed, how it is configured, and a schema for editors."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

from collector.cli import options
from collector.cli.tables import print_json, print_table
from collector.config.schema import schema
from collector.errors import PluginError
from collector.plugin.loader import PluginLoader
from collector.plugin.offers import InstalledPlugin
from collector.service.rehearsal import rehearse_kinds

_NOT_IMPORTED = "not imported"
_WORKS = "ok"

_TITLES: Mapping[str, str] = MappingProxyType(
    {"name": "KIND", "distribution": "PACKAGE", "version": "VERSION", "state": "STATE"}
)


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show the installed kinds of source")
    listing.add_argument(
        "--check", action="store_true", help="import each and show whether it works"
    )
    options.add_json(listing)
    example = actions.add_parser("example", help="print a commented configuration of one kind")
    example.add_argument("name", metavar="NAME", help="the kind of source")
    check = actions.add_parser("check", help="hold one kind to what every plugin promises")
    check.add_argument("name", metavar="NAME", help="the kind of source")
    options.add_json(check)
    new = actions.add_parser("new", help="make a package with a kind of one's own, to start from")
    new.add_argument("name", metavar="NAME", help="the kind of source it will offer")
    new.add_argument(
        "--directory",
        type=Path,
        metavar="D",
        help="where to, not there yet (default: collector-NAME)",
    )
    actions.add_parser("schema", help="print the JSON schema of the configuration, for editors")


def run(arguments: argparse.Namespace) -> int:
    """Do one of them; 78 for a kind that cannot be used, 1 if a check found something wrong."""
    loader = PluginLoader()
    if arguments.action == "list":
        return _list(loader, check=arguments.check, as_json=arguments.json)
    if arguments.action == "example":
        return _example(loader, arguments.name)
    if arguments.action == "check":
        return _check(loader, arguments.name, as_json=arguments.json)
    if arguments.action == "new":
        return _new(loader, arguments.name, arguments.directory)
    return _schema(loader)


def _list(loader: PluginLoader, *, check: bool, as_json: bool) -> int:
    if check:
        rehearse_kinds([plugin.name for plugin in loader.installed()], loader)
    rows = [_row(loader, plugin, check=check) for plugin in loader.installed()]
    if as_json:
        print_json(rows)
    else:
        titles = {**_TITLES, "command": "COMMAND"} if check else _TITLES
        print_table([*titles.values()], [[row[key] or "" for key in titles] for row in rows])
    return int(check and any(row["state"] != _WORKS for row in rows))


def _row(loader: PluginLoader, plugin: InstalledPlugin, *, check: bool) -> dict[str, str | None]:
    """Return what is known of a plugin; its command only if it is to be imported for that."""
    row: dict[str, str | None] = {**asdict(plugin), "state": _NOT_IMPORTED}
    return {**row, **_checked(loader, plugin)} if check else row


def _checked(loader: PluginLoader, plugin: InstalledPlugin) -> dict[str, str | None]:
    try:
        loader.load(plugin.name)
        command = loader.command(plugin.name)
    except PluginError as error:
        return {"state": error.reason, "command": None}
    return {"state": _WORKS, "command": command.summary if command else None}


def _example(loader: PluginLoader, name: str) -> int:
    rehearse_kinds([name], loader)
    example = loader.load(name).example
    if not example:
        raise PluginError(name, "comes without an example")
    print(example.rstrip("\n"))
    return 0


def _check(loader: PluginLoader, name: str, *, as_json: bool) -> int:
    from collector.cli.plugin_check import check  # noqa: PLC0415 - only this one needs the kit

    rehearse_kinds([name], loader)
    return check(loader, name, as_json=as_json)


def _new(loader: PluginLoader, name: str, directory: Path | None) -> int:
    from collector.cli.plugin_new import new  # noqa: PLC0415 - only this one needs it

    installed = frozenset(plugin.name for plugin in loader.installed())
    return new(name, directory or Path(f"collector-{name}"), installed)


def _schema(loader: PluginLoader) -> int:
    names = [*dict.fromkeys(plugin.name for plugin in loader.installed())]
    rehearse_kinds(names, loader)
    kinds = []
    for name in names:
        try:
            kinds.append(loader.load(name))
        except PluginError:  # its tables cannot be described, but the others' can
            continue
    print_json(schema(kinds))
    return 0
