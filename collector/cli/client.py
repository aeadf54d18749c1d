"""``collector client``: ping, rename or delete the client that this collector is at the agent."""

import argparse
import secrets

from collector.cli.options import add_config, add_json
from collector.cli.parsing import words
from collector.cli.requesting import Requester, open_requester
from collector.cli.tables import print_json
from collector.clock import SystemClock
from collector.wire.requests import Ping, Rename
from collector.wire.topics import Operation

_NONCE_BYTES = 16


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    ping = actions.add_parser("ping", help="ask the agent for an echo")
    rename = actions.add_parser("rename", help="change this client's name")
    rename.add_argument("name", type=words, metavar="NAME", help="the new name")
    delete = actions.add_parser("delete", help="delete this client and everything it has there")
    for each in (ping, rename, delete):
        add_config(each)
        add_json(each)


def run(arguments: argparse.Namespace) -> int:
    """See `collector.cli.CommandModule`."""
    with open_requester(arguments.config) as requester:
        if arguments.action == "ping":
            _ping(requester, as_json=arguments.json)
        elif arguments.action == "rename":
            _rename(requester, arguments.name, as_json=arguments.json)
        else:
            _delete(requester, as_json=arguments.json)
    return 0


def _ping(requester: Requester, *, as_json: bool) -> None:
    clock = SystemClock()
    started_s = clock.monotonic_s()
    requester.request(Operation.PING, Ping(secrets.token_hex(_NONCE_BYTES)).payload())
    round_trip_ms = round((clock.monotonic_s() - started_s) * 1000, 1)
    if as_json:
        print_json({"round_trip_ms": round_trip_ms})
    else:
        print(f"the agent answers, after {round_trip_ms} ms")


def _rename(requester: Requester, name: str, *, as_json: bool) -> None:
    requester.request(Operation.UPDATE_CLIENT, Rename(name).payload())
    if as_json:
        print_json({"name": name})
    else:
        print(f"this client is called {name} now")


def _delete(requester: Requester, *, as_json: bool) -> None:
    requester.request(Operation.DELETE_CLIENT)
    aside = requester.identities.set_aside()
    if as_json:
        print_json({"identity": None if aside is None else str(aside)})
        return
    where = "was set aside" if aside is None else f"lies in {aside} now"
    print(f"this client is deleted; its identity {where}")
