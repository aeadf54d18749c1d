"""``collector plugins``: what is installed, how it is configured, and a schema for editors."""

import argparse

from collector.cli import options
from collector.cli.tables import print_json, print_table
from collector.config.schema import schema
from collector.errors import PluginError
from collector.plugin.loader import InstalledPlugin, PluginLoader

_NOT_IMPORTED = "not imported"


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
    actions.add_parser("schema", help="print the JSON schema of the configuration, for editors")


def run(arguments: argparse.Namespace) -> int:
    """Do one of the three; 78 for a kind that cannot be used, 1 if a check found a broken one."""
    loader = PluginLoader()
    if arguments.action == "list":
        return _list(loader, check=arguments.check, as_json=arguments.json)
    if arguments.action == "example":
        return _example(loader, arguments.name)
    return _schema(loader)


def _list(loader: PluginLoader, *, check: bool, as_json: bool) -> int:
    installed = loader.installed()
    states = [_state(loader, plugin) if check else _NOT_IMPORTED for plugin in installed]
    if as_json:
        print_json(
            [
                {
                    "name": plugin.name,
                    "distribution": plugin.distribution,
                    "version": plugin.version,
                    "value": plugin.value,
                    "state": state,
                }
                for plugin, state in zip(installed, states, strict=True)
            ]
        )
    else:
        rows = [
            (plugin.name, plugin.distribution, plugin.version, state)
            for plugin, state in zip(installed, states, strict=True)
        ]
        print_table(("KIND", "PACKAGE", "VERSION", "STATE"), rows)
    return int(check and any(state != "ok" for state in states))


def _state(loader: PluginLoader, plugin: InstalledPlugin) -> str:
    try:
        loader.load(plugin.name)
    except PluginError as error:
        return error.reason
    return "ok"


def _example(loader: PluginLoader, name: str) -> int:
    example = loader.load(name).example
    if not example:
        raise PluginError(name, "comes without an example")
    print(example.rstrip("\n"))
    return 0


def _schema(loader: PluginLoader) -> int:
    names = dict.fromkeys(plugin.name for plugin in loader.installed())
    kinds = []
    for name in names:
        try:
            kinds.append(loader.load(name))
        except PluginError:  # its tables cannot be described, but the others' can
            continue
    print_json(schema(kinds))
    return 0
